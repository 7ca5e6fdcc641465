import type { Device } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import type { Poll, Read } from "../drivers/driver.ts";
import type { ClockTuple } from "../feed/format/body.ts";
import type { EntryBody } from "../feed/format/entry.ts";
import { isoTime } from "../feed/format/entry.ts";
import type { Reading } from "../feed/format/reading.ts";
import type { Instant, Millis } from "../feed/format/vocabulary.ts";
import { frameBody } from "./collect/frame.ts";
import { type PollSink, pollDevice } from "./collect/poller.ts";
import { takePushes } from "./collect/pushed.ts";
import { type Settings, settingsEvent, type Told } from "./collect/settings.ts";
import { statesEvent } from "./collect/states.ts";
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
  /** What the clock follows. */
  clk(): ClockTuple;
  /** A poll of this device is on the disk. */
  kept(device: string): void;
  configOf(device: Device, reads: readonly Read[], why: string, wall: Millis): EntryBody;
}

/** What is known of a device when its polling begins. */
export interface Opening {
  /** Number of its configuration entry, of the plan `reads`. */
  readonly config: number;
  readonly reads: readonly Read[];
  readonly settings: Settings;
  /** Of a device that pushes: what it told of its states by channel, and its newest messages, oldest first. */
  readonly pushed?: { readonly states: Settings; readonly frames: readonly Buffer[] };
}

/** Polls one device, or takes what it pushes, and keeps what comes, until `signal` aborts. */
export function collectFrom({ device, by }: Attached, opening: Opening, with_: Collecting, signal: AbortSignal) {
  const { keeper, tally, clock, log, boot, clk, configOf, kept } = with_;
  const { id, every, profile } = device;
  let { config, reads, settings } = opening;
  let states = opening.pushed?.states ?? {};
  const replan = (poll: Poll, done: Instant): void => {
    if (poll.reads === reads) return;
    reads = poll.reads;
    config = keeper.keep(configOf(device, reads, "the device refused a block", done.wall))[0]?.seq ?? config;
    log.warn({ device: id, requests: reads.length }, "a block was refused and is read in parts from now on");
  };
  const eventOf = ({ code, detail, set }: Told, done: Instant): EntryBody => {
    log[code.endsWith("_CHANGED") ? "warn" : "info"]({ device: id, code, detail }, "settings and states");
    return { type: "event", t: isoTime(done.wall), code, detail, dev: id, set };
  };
  const watch = (poll: Poll, readings: ReadonlyMap<string, Reading>, done: Instant): readonly EntryBody[] => {
    const set = settingsEvent(id, profile.settings, settings, readings);
    const state = "source" in by ? statesEvent(id, profile.status, states, poll.samples) : undefined;
    settings = set?.now ?? settings;
    states = state?.now ?? states;
    return [set, state].flatMap((told) => (told ? [eventOf(told, done)] : []));
  };
  const sink: PollSink = {
    polled: (poll, readings, done) => {
      replan(poll, done);
      const context = { device: id, boot, config, clk: clk() };
      tally.taken += readings.size;
      for (const reading of readings.values()) if (reading.kind === "missing") tally.missing += 1;
      // At once: a frame that is there without what it changed would be taken for known after a restart.
      keeper.keep(frameBody(context, poll, readings, done), ...watch(poll, readings, done));
      tally.kept += readings.size;
      kept(id);
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
    const { frames = [] } = opening.pushed ?? {};
    by.source.recall({ states: byPoint(id, states), frames });
    const device = { id, every, source: by.source, points, status, settings: profile.settings };
    return takePushes(device, clock, sink, signal);
  }
  const slower = { points: profile.settings, every: device.settingsEvery };
  return pollDevice({ id, every, driver: by.driver, points, status, settings: slower }, clock, sink, signal);
}

/** Values by channel as values by point. */
const byPoint = (device: string, values: Settings): ReadonlyMap<string, string> =>
  new Map(Object.entries(values).map(([channel, value]) => [channel.slice(device.length + 1), value]));
