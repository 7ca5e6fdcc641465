import { pauseUntil } from "../line/pause.ts";
import { backOff } from "../line/timing.ts";
import { explain, type OpenWire, type Wire } from "../line/wire.ts";
import { LoggerSession, type SessionEvents } from "./session.ts";

export interface DialSettings {
  readonly open: OpenWire;
  readonly password?: string;
  /** A wire without a good frame for so long is built anew, ms; ten minutes if not said. */
  readonly idleMs?: number;
  /** Pause before the next attempt, ms; from 250 doubling to 30,000, half of each random, if not said. */
  readonly pauseMs?: (failures: number) => number;
}

export interface DialEvents extends SessionEvents {
  opened(): void;
  /** There is no wire, or no longer: the attempt failed, it was lost, or it was given up. */
  lost(why: string): void;
}

export interface LoggerLine {
  /** Resolves when the wire is let go of. */
  close(): Promise<void>;
}

/** Keeps a wire to a logger that is to be connected to, or that sits on a serial port, open for as long as it is wanted. */
export function dialLogger(settings: DialSettings, events: DialEvents): LoggerLine {
  const { open, idleMs = 600_000, pauseMs = (failures) => backOff(failures + 1, Math.random) } = settings;
  const stop = new AbortController();
  const finished = keep();
  return {
    close: () => {
      stop.abort();
      return finished;
    },
  };

  async function keep(): Promise<void> {
    for (let failures = 0; !stop.signal.aborted; failures++) {
      if (await once()) failures = 0;
      if (!stop.signal.aborted) await pauseUntil(performance.now() + pauseMs(failures), { signal: stop.signal });
    }
  }

  /** One wire from its opening to its end; whether a good frame came over it. */
  async function once(): Promise<boolean> {
    let good = false;
    let wire: Wire | undefined;
    let over = (_why: string | undefined): void => {};
    const ended = new Promise<string | undefined>((resolve) => {
      over = resolve;
    });
    const session = new LoggerSession(
      {
        write: (bytes) => void (wire?.isOpen === true && wire.write(bytes, () => {})),
        end: over,
        ...(settings.password === undefined ? {} : { password: settings.password }),
      },
      events,
    );
    const idle = setTimeout(() => over(`no frame for ${idleMs} ms`), idleMs);
    const abort = (): void => over(undefined);
    stop.signal.addEventListener("abort", abort, { once: true });
    try {
      wire = await open(
        {
          data: (chunk) => {
            if (!session.hear(chunk)) return;
            good = true;
            idle.refresh();
          },
          closed: over,
        },
        stop.signal,
      );
      idle.refresh();
      events.opened();
      const why = await ended;
      session.close();
      if (why !== undefined) events.lost(why);
    } catch (error) {
      if (!stop.signal.aborted) events.lost(explain(error));
    } finally {
      session.close();
      clearTimeout(idle);
      stop.signal.removeEventListener("abort", abort);
      await wire?.destroy();
    }
    return good;
  }
}
