import type { Clock } from "../drivers/clock.ts";
import { isoTime } from "../feed/format/entry.ts";
import { frameBody } from "./collect/frame.ts";
import { type PollSink, pollDevice } from "./collect/poller.ts";
import type { Asked } from "./devices.ts";
import type { Logger } from "./logger.ts";
import type { Keeper } from "./sealing.ts";
import type { Tally } from "./tally.ts";

export interface Collecting {
  readonly keeper: Keeper;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly log: Logger;
  readonly boot: string;
}

/** Polls one device under configuration entry `config` and keeps what comes, until `signal` aborts. */
export function collectFrom({ device, driver }: Asked, config: number, with_: Collecting, signal: AbortSignal) {
  const { keeper, tally, clock, log, boot } = with_;
  const { id, every, profile } = device;
  const context = { device: id, boot, config };
  const sink: PollSink = {
    polled: (poll, readings, done) => {
      tally.taken += readings.size;
      for (const reading of readings.values()) if (reading.kind === "missing") tally.missing += 1;
      keeper.keep(frameBody(context, poll, readings, done));
      tally.kept += readings.size;
    },
    presence: (event, done) => {
      log.warn({ device: id, line: device.line, code: event }, "presence changed");
      keeper.keep({ type: "event", t: isoTime(done.wall), code: event, detail: `line ${device.line}`, dev: id });
    },
    skipped: (slots) => {
      tally.skippedSlots += slots;
    },
  };
  return pollDevice({ id, every, driver, points: profile.points, status: profile.status }, clock, sink, signal);
}
