import { setMaxListeners } from "node:events";
import { channelName } from "../../config/channels.ts";
import type { Device, Site } from "../../config/site.ts";
import type { Clock } from "../../drivers/clock.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { pause } from "../../feed/link/pause.ts";
import { unknownClock } from "../clock/tracking.ts";
import { frameBody } from "../collect/frame.ts";
import { type PollSink, pollDevice } from "../collect/poller.ts";
import { takePushes } from "../collect/pushed.ts";
import { type Settings, settingsEvent } from "../collect/settings.ts";
import { type Attached, type LineLog, openDevices } from "../devices.ts";
import type { Show } from "./tail-shown.ts";

/** How often it is looked whether an agent has begun. */
const look = millis(100);

/**
 * Asks the devices of a site over the agent's own drivers, on their grid, and shows what they say, until `signal` aborts or `over` says
 * that somebody else asks them now. Keeps nothing, and so acknowledges nothing that a logger pushes.
 */
export async function tailDevices(
  site: Site,
  clock: Clock,
  show: Show,
  over: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // each device that waits listens, and leaves when its wait is over
  const end = (): void => stop.abort();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const news: LineLog["warn"] = ({ line, what, detail }) => show.note(`line ${line}: ${what} ${detail}`);
  const devices = openDevices(withoutReplies(site), clock, { info: news, warn: news });
  try {
    const running = devices.attached.map((one) => ask(one, clock, show, stop.signal));
    void devices.open();
    const watching = watch(over, stop);
    await Promise.all([...running, watching]);
  } finally {
    stop.abort();
    signal.removeEventListener("abort", end);
    await devices.close();
  }
}

async function watch(over: () => boolean, stop: AbortController): Promise<void> {
  while (!stop.signal.aborted) {
    if (over()) stop.abort();
    await pause(look, stop.signal);
  }
}

/** A logger forgets what was acknowledged, and here nothing is kept. Lines without a device that is shown stay closed. */
export function withoutReplies(site: Site): Site {
  const used = new Set(site.devices.map(({ line }) => line));
  const lines = site.lines
    .filter(({ id }) => used.has(id))
    .map((line) => ("acknowledge" in line ? { ...line, acknowledge: false } : line));
  return { ...site, lines };
}

function ask({ device, by }: Attached, clock: Clock, show: Show, signal: AbortSignal): Promise<void> {
  const { id, every, profile, settingsEvery } = device;
  const { points, status, settings } = profile;
  let known: Settings = {};
  const units = unitsOf(device);
  const sink: PollSink = {
    polled: (poll, readings, done) => {
      const body = frameBody({ device: id, boot: "00000000", config: 0, clk: unknownClock }, poll, readings, done);
      show.frame({ device: id, body, reads: poll.reads, units });
      const event = settingsEvent(id, settings, known, readings);
      if (event === undefined) return;
      known = event.now;
      show.event({ t: isoTime(done.wall), code: event.code, detail: event.detail, dev: id });
    },
    presence: (code, done) => show.event({ t: isoTime(done.wall), code, detail: `line ${device.line}`, dev: id }),
    skipped: (slots) => show.note(`${id}: ${slots} polls were left out, the line is too slow for ${every} ms`),
  };
  if ("source" in by)
    return takePushes({ id, every, source: by.source, points, status, settings }, clock, sink, signal);
  const slower = { points: settings, every: settingsEvery };
  return pollDevice({ id, every, driver: by.driver, points, status, settings: slower }, clock, sink, signal);
}

const unitsOf = ({ id, profile }: Device): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...profile.points, ...profile.settings].map((point) => [channelName(id, point.id), point.unit] as const),
  );
