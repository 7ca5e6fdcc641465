import type { Clock } from "../../drivers/clock.ts";
import type { BusFailure, Poll, Push, Source } from "../../drivers/driver.ts";
import type { Point, Setting, StatusPoint } from "../../drivers/profile.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";
import type { PollSink } from "./poller.ts";
import { nextPresence, type Presence, patience, presenceEvent } from "./presence.ts";
import { qualify } from "./qualify.ts";
import { nextSlot, type Slot } from "./schedule.ts";

export interface PushingDevice {
  readonly id: string;
  /** How often it is expected to push. */
  readonly every: Millis;
  readonly source: Source;
  readonly points: readonly Point[];
  readonly status: readonly StatusPoint[];
  readonly settings: readonly Setting[];
}

const nothingCame: BusFailure = { code: "E_BUS_TIMEOUT", detail: "nothing was pushed" };

/**
 * Takes what a device pushes until `signal` aborts. What came is acknowledged once it is kept. Of what did not come in a period there is
 * a hole with its reason, never a value; a period in which nothing came is a poll without an answer.
 */
export async function takePushes(
  device: PushingDevice,
  clock: Clock,
  sink: PollSink,
  signal: AbortSignal,
): Promise<void> {
  const { points, settings, status, source } = device;
  const stop = new AbortController();
  if (signal.aborted) return;
  signal.addEventListener("abort", () => stop.abort(), { once: true });
  let presence: Presence = { is: "unknown" };
  /** Points that came in this period. */
  const came = new Set<string>();
  let spoke = false;
  let fault: unknown;
  const told = (poll: Poll, heard: boolean): void => {
    const done = clock.now();
    const next = nextPresence(presence, heard, patience);
    const event = presenceEvent(presence, next);
    presence = next;
    if (event !== undefined) sink.presence(event, done);
    const named = new Set(poll.samples.map(({ point }) => point));
    const said = [...points, ...settings].filter(({ id }) => named.has(id));
    sink.polled(poll, qualify(said, status, poll.samples), done);
  };
  source.start((push: Push) => {
    if (stop.signal.aborted) return;
    spoke = true;
    for (const { point } of push.samples) came.add(point);
    try {
      told(push, true);
      push.acknowledge();
    } catch (error) {
      fault = error;
      stop.abort();
    }
  });
  let slot: Slot | undefined;
  while (!stop.signal.aborted) {
    slot = nextSlot(clock.now(), device.every, slot);
    await clock.sleepUntil(millis(slot.mono), stop.signal);
    if (stop.signal.aborted) break;
    const lacking = source.expected.filter((point) => !came.has(point));
    if (lacking.length > 0 || !spoke) told(hole(source, lacking, clock), spoke);
    came.clear();
    spoke = false;
  }
  if (fault !== undefined) throw fault;
}

function hole(source: Source, lacking: readonly string[], clock: Clock): Poll {
  const at = clock.now();
  return {
    reads: source.reads,
    exchanges: [{ failure: nothingCame, sent: at, received: at }],
    samples: lacking.map((point) => ({ point, failure: nothingCame })),
  };
}
