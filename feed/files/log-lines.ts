import { writeSync } from "node:fs";

const pauseMs = 10;
/** Who reads the log may be busy for so long; then the rest of a line is given up, not what the program is there for. */
const patienceMs = 1000;

/**
 * Where log lines go: whole, in order, and there when `write` returns. Where nobody reads them any more (EPIPE, ECONNRESET), nothing
 * is written. pino's own destination does not end then: at the exit of the program it tries without end (sonic-boom 4.2.1,
 * `flushSync`).
 */
export function logLines(fd = 1): { write(line: string): void } {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let gone = false;
  let cut = false;
  return {
    write: (line) => {
      let rest = Buffer.from(cut ? `\n${line}` : line);
      for (let waited = 0; rest.length > 0 && !gone; ) {
        try {
          rest = rest.subarray(writeSync(fd, rest));
        } catch (error) {
          gone = !(error instanceof Error && "code" in error && error.code === "EAGAIN");
          if (gone || waited >= patienceMs) break;
          Atomics.wait(pause, 0, 0, pauseMs);
          waited += pauseMs;
        }
      }
      cut = rest.length > 0;
    },
  };
}
