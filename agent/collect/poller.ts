import { heardDevice } from "../../drivers/asked.ts";
import type { Clock } from "../../drivers/clock.ts";
import type { Driver, Poll } from "../../drivers/driver.ts";
import type { Point, Setting, StatusPoint } from "../../drivers/profile.ts";
import type { Reading } from "../../feed/format/reading.ts";
import { type Instant, type Millis, millis } from "../../feed/format/vocabulary.ts";
import { nextPresence, type Presence, patience, presenceEvent } from "./presence.ts";
import { qualify } from "./qualify.ts";
import { nextSlot, type Slot } from "./schedule.ts";
import { afterPoll, inSlot, settingsDue, settingsWatch } from "./settings-due.ts";

export interface PolledDevice {
  readonly id: string;
  readonly every: Millis;
  readonly driver: Driver;
  readonly points: readonly Point[];
  readonly status: readonly StatusPoint[];
  /** What is set in the device, read with the first poll and then on a slower grid of its own. */
  readonly settings: { readonly points: readonly Setting[]; readonly every: Millis };
}

/** What the poller hands on; the agent keeps it. Each is called synchronously and may throw to stop the poller. */
export interface PollSink {
  polled(poll: Poll, readings: ReadonlyMap<string, Reading>, done: Instant): void;
  presence(event: "COMM_LOST" | "COMM_BACK", done: Instant): void;
  skipped(slots: number): void;
}

/** Polls one device on its grid until `signal` aborts. A poll that was cut short by the abort is not handed on. */
export async function pollDevice(
  device: PolledDevice,
  clock: Clock,
  sink: PollSink,
  signal: AbortSignal,
): Promise<void> {
  let presence: Presence = { is: "unknown" };
  let slot: Slot | undefined;
  let watch = settingsWatch(-1);
  for (;;) {
    slot = nextSlot(clock.now(), device.every, slot);
    if (slot.skipped > 0) sink.skipped(slot.skipped);
    await clock.sleepUntil(slot.mono, signal);
    if (signal.aborted) return;
    watch = inSlot(watch, Math.floor(slot.wall / device.settings.every));
    const settings = device.settings.points.length > 0 && settingsDue(watch);
    const poll = await device.driver.poll({ signal, settings, due: millis(slot.mono + device.every) });
    if (signal.aborted) return;
    watch = afterPoll(watch, settings ? outcome(poll, device.settings.points) : "without");
    const done = clock.now();
    const next = nextPresence(presence, poll.exchanges.some(heardDevice), patience);
    const event = presenceEvent(presence, next);
    presence = next;
    if (event !== undefined) sink.presence(event, done);
    const points = settings ? [...device.points, ...device.settings.points] : device.points;
    sink.polled(poll, qualify(points, device.status, poll.samples), done);
  }
}

/** Settled is a setting that was read, or refused by the device, which is an answer too. */
function outcome({ exchanges, samples }: Poll, settings: readonly Setting[]): "unheard" | "spoilt" | "settled" {
  if (!exchanges.some(heardDevice)) return "unheard";
  const settled = settings.every(({ id }) =>
    samples.some((said) => said.point === id && (!("failure" in said) || said.failure.code === "E_BUS_EXCEPTION")),
  );
  return settled ? "settled" : "spoilt";
}
