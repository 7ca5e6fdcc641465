import { execFile } from "node:child_process";
import type { Clock } from "../../drivers/clock.ts";
import type { ClockTuple } from "../../feed/format/body.ts";
import { millis, seconds } from "../../feed/format/vocabulary.ts";
import { clockOf, ntsSources, unknownClock } from "./tracking.ts";

/** Asks chrony; resolves with what it printed, or undefined where it is not there, is too slow or says too much. */
export type AskChrony = (report: "tracking" | "authdata", signal: AbortSignal) => Promise<string | undefined>;

const every = seconds(60);
const limits = { timeout: 5000, maxBuffer: 65_536, killSignal: "SIGKILL", encoding: "utf8" } as const;

export const askChrony: AskChrony = (report, signal) =>
  new Promise((resolve) => {
    execFile("chronyc", ["-n", "-c", report], { ...limits, signal }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });

/** The state of the clock as it was at most a minute ago. */
export interface ClockWatch {
  state(): ClockTuple;
  /** The first look. */
  readonly ready: Promise<void>;
  readonly running: Promise<void>;
}

/** Looks once a minute until `signal` aborts. Polls never wait for it. */
export function watchClock(clock: Clock, ask: AskChrony, signal: AbortSignal): ClockWatch {
  let state = unknownClock;
  const look = async (): Promise<void> => {
    const tracking = await ask("tracking", signal);
    const seen = tracking === undefined ? unknownClock : clockOf(tracking);
    // Whether a source is authenticated only root and chrony's own user are told.
    const nts = seen[0] === "ntp" ? await ask("authdata", signal) : undefined;
    state = tracking !== undefined && nts !== undefined ? clockOf(tracking, ntsSources(nts)) : seen;
  };
  const ready = look();
  const run = async (): Promise<void> => {
    await ready;
    while (!signal.aborted) {
      await clock.sleepUntil(millis(clock.now().mono + every), signal);
      if (!signal.aborted) await look();
    }
  };
  return { state: () => state, ready, running: run() };
}
