import type { Device } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import type { Poll, Read } from "../drivers/driver.ts";
import type { EntryBody } from "../feed/format/entry.ts";
import { isoTime } from "../feed/format/entry.ts";
import type { Reading } from "../feed/format/reading.ts";
import type { Instant, Millis } from "../feed/format/vocabulary.ts";
import { frameBody } from "./collect/frame.ts";
import { type PollSink, pollDevice } from "./collect/poller.ts";
import { takePushes } from "./collect/pushed.ts";
import { type Settings, settingsEvent } from "./collect/settings.ts";
import type { Attached } from "./devices.ts";
import type { Logger } from "./logger.ts";
import type { Keeper } from "./sealing.ts";
import type { Tally } from "./tally.ts";

export interface Collecting {
  readonly keeper: Keeper;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly log: Logger;
  readonly boot: string;
  configOf(device: Device, reads: readonly Read[], why: string, wall: Millis): EntryBody;
}

/** What is known of a device when its polling begins. */
export interface Opening {
  /** Number of its configuration entry, of the plan `reads`. */
  readonly config: number;
  readonly reads: readonly Read[];
  readonly settings: Settings;
}

/** Polls one device, or takes what it pushes, and keeps what comes, until `signal` aborts. */
export function collectFrom({ device, by }: Attached, opening: Opening, with_: Collecting, signal: AbortSignal) {
  const { keeper, tally, clock, log, boot, configOf } = with_;
  const { id, every, profile } = device;
  let { config, reads, settings } = opening;
  const replan = (poll: Poll, done: Instant): void => {
    if (poll.reads === reads) return;
    reads = poll.reads;
    config = keeper.keep(configOf(device, reads, "the device refused a block", done.wall))[0]?.seq ?? config;
    log.warn({ device: id, requests: reads.length }, "a block was refused and is read in parts from now on");
  };
  const watch = (readings: ReadonlyMap<string, Reading>, done: Instant): void => {
    const event = settingsEvent(id, profile.settings, settings, readings);
    if (event === undefined) return;
    const { code, detail, set } = event;
    settings = event.now;
    log[code === "SETTING_CHANGED" ? "warn" : "info"]({ device: id, code, detail }, "settings");
    keeper.keep({ type: "event", t: isoTime(done.wall), code, detail, dev: id, set });
  };
  const sink: PollSink = {
    polled: (poll, readings, done) => {
      replan(poll, done);
      const context = { device: id, boot, config };
      tally.taken += readings.size;
      for (const reading of readings.values()) if (reading.kind === "missing") tally.missing += 1;
      keeper.keep(frameBody(context, poll, readings, done));
      tally.kept += readings.size;
      watch(readings, done);
    },
    presence: (event, done) => {
      log.warn({ device: id, line: device.line, code: event }, "presence changed");
      keeper.keep({ type: "event", t: isoTime(done.wall), code: event, detail: `line ${device.line}`, dev: id });
    },
    skipped: (slots) => {
      tally.skippedSlots += slots;
    },
  };
  const { points, status } = profile;
  if ("source" in by) {
    const device = { id, every, source: by.source, points, status, settings: profile.settings };
    return takePushes(device, clock, sink, signal);
  }
  const slower = { points: profile.settings, every: device.settingsEvery };
  return pollDevice({ id, every, driver: by.driver, points, status, settings: slower }, clock, sink, signal);
}
