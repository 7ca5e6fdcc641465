import { execFile } from "node:child_process";
import type { Clock } from "../drivers/clock.ts";
import { type Millis, millis, seconds } from "../feed/format/vocabulary.ts";
import type { Logger } from "./logger.ts";

/** What a device has kept last, and when the next is to be expected. */
interface Progress {
  readonly kept: Millis;
  readonly every: Millis;
}

/** A line whose devices are all silent may take minutes for one round. */
const patience = seconds(600);

/** Devices of which nothing is on the disk although their time is over, each by its id. */
export const stalled = (devices: ReadonlyMap<string, Progress>, now: Millis): string[] =>
  [...devices].filter(([, { kept, every }]) => now > kept + every + patience).map(([id]) => id);

/** Says something to whoever supervises this process, in the words of sd_notify(3). */
export type Notify = (state: string) => Promise<void>;

export interface Supervision {
  readonly notify: Notify;
  /** How often it wants to hear of us; left out: never. */
  readonly within?: Millis;
}

/** By systemd, where it started this process and asked for it. Node knows no datagram sockets of this kind, so its own program sends. */
export function supervisionOf(env: NodeJS.ProcessEnv): Supervision | undefined {
  if (!env.NOTIFY_SOCKET) return undefined;
  const notify: Notify = (state) =>
    new Promise((resolve, reject) => {
      execFile("systemd-notify", [state], { timeout: 10_000 }, (error) => (error ? reject(error) : resolve()));
    });
  const micros = Number(env.WATCHDOG_USEC);
  return { notify, ...(micros > 0 && { within: millis(micros / 1000) }) };
}

export interface Watchdog {
  /** A poll of this device, or that nothing came from it, is on the disk. */
  kept(device: string): void;
  /** Ends when `signal` aborts. */
  readonly running: Promise<void>;
}

/**
 * Tells the supervisor that we are ready, and then that all goes on, as long as every device's polls reach the disk. A device or a line
 * that hangs inside of us is no other failure: the process is started anew, and the journal goes on.
 */
export function startWatchdog(
  devices: readonly { readonly id: string; readonly every: Millis }[],
  { notify, within }: Supervision,
  clock: Clock,
  log: Logger,
  signal: AbortSignal,
): Watchdog {
  const begun = clock.now().mono;
  const progress = new Map<string, Progress>(devices.map(({ id, every }) => [id, { kept: begun, every }]));
  const say = (state: string): Promise<void> =>
    notify(state).catch((cause: Error) => log.warn({ code: "E_NOTIFY", detail: cause.message }, "systemd is not told"));
  const watch = async (): Promise<void> => {
    await say("READY=1");
    while (within !== undefined && !signal.aborted) {
      const late = stalled(progress, clock.now().mono);
      if (late.length === 0) await say("WATCHDOG=1");
      else log.error({ code: "E_STALLED", devices: late }, "nothing is kept; systemd is left to start the agent anew");
      await clock.sleepUntil(millis(clock.now().mono + within / 3), signal);
    }
  };
  return {
    kept: (id) => {
      const { every } = progress.get(id) ?? {};
      if (every !== undefined) progress.set(id, { kept: clock.now().mono, every });
    },
    running: watch(),
  };
}
