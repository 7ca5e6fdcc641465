import type { Clock } from "../../drivers/clock.ts";
import type { Driver, Poll } from "../../drivers/driver.ts";
import type { Point, StatusPoint } from "../../drivers/profile.ts";
import type { Reading } from "../../feed/format/reading.ts";
import type { Instant, Millis } from "../../feed/format/vocabulary.ts";
import { nextPresence, type Presence, presenceEvent } from "./presence.ts";
import { qualify } from "./qualify.ts";
import { nextSlot, type Slot } from "./schedule.ts";

/** Polls without any answer after which a device is said to be lost. */
const patience = 3;

export interface PolledDevice {
  readonly id: string;
  readonly every: Millis;
  readonly driver: Driver;
  readonly points: readonly Point[];
  readonly status: readonly StatusPoint[];
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
  for (;;) {
    slot = nextSlot(clock.now(), device.every, slot);
    if (slot.skipped > 0) sink.skipped(slot.skipped);
    await clock.sleepUntil(slot.mono, signal);
    if (signal.aborted) return;
    const poll = await device.driver.poll(signal);
    if (signal.aborted) return;
    const done = clock.now();
    const next = nextPresence(presence, heard(poll), patience);
    const event = presenceEvent(presence, next);
    presence = next;
    if (event !== undefined) sink.presence(event, done);
    sink.polled(poll, qualify(device.points, device.status, poll.samples), done);
  }
}

/** An exception is an answer too: the device is there and says no. */
const heard = (poll: Poll): boolean => poll.exchanges.some((exchange) => exchange.reply !== undefined);
