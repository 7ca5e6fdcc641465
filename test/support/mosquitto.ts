import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { programPath } from "./packages.ts";
import { type Program, start } from "./program.ts";
import { type Cleanup, freePort, tempDir } from "./temporary.ts";
import { until } from "./until.ts";

/** A real broker on a port of its own, which it keeps over restarts. */
export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  log(): string;
  stop(): Promise<void>;
  /** As a power cut: SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port, stopping it first if it runs. */
  restart(): Promise<void>;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const finish = (connected: boolean) => (): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.once("connect", finish(true)).once("error", finish(false));
  });
}

/**
 * Starts mosquitto on a free port and waits until it accepts connections.
 * `lines` go after the `listener` line, so `cafile`, `certfile`, `max_packet_size` and the like concern that listener;
 * a line of the same option replaces the default one.
 */
export async function startMosquitto(
  lines: readonly string[] = [],
  options: { readonly port?: number; readonly cleanup?: Cleanup } = {},
): Promise<Mosquitto> {
  const { cleanup = onTestFinished } = options;
  const port = options.port ?? (await freePort());
  const mine = new Set(lines.map((line) => line.split(" ")[0]));
  const defaults = ["allow_anonymous true", "persistence false", "log_dest stderr", "user root"];
  const config = [
    ...(mine.has("listener") ? [] : [`listener ${port} 127.0.0.1`]),
    ...defaults.filter((line) => !mine.has(line.split(" ")[0])),
    ...lines,
  ];
  const file = join(tempDir(cleanup), "mosquitto.conf");
  writeFileSync(file, `${config.join("\n")}\n`);

  let program: Program | undefined;
  const launch = async (): Promise<void> => {
    const started = start(programPath("mosquitto") ?? "mosquitto", ["-c", file], { cleanup: () => {} });
    program = started;
    await until(
      async () => {
        if (started.child.exitCode !== null) throw new Error(`mosquitto ended: ${started.stderr()}`);
        return answers(port);
      },
      { what: `mosquitto on port ${port}` },
    );
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    await program?.stop(signal);
  };
  cleanup(() => end("SIGKILL"));
  await launch();
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    log: () => program?.stderr() ?? "",
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGTERM");
      await launch();
    },
  };
}
