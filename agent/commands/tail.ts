import type { Device, Site } from "../../config/site.ts";
import { systemClock } from "../../drivers/clock.ts";
import { command, duration, flag, option, or } from "../../feed/command.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";
import { pause } from "../../feed/link/pause.ts";
import { nearest } from "../../feed/yaml/nearest.ts";
import { journalPath } from "../agent.ts";
import { holdLines, lookedBy } from "../holding.ts";
import { followJournal, isBegun, isHeld } from "../keep/follow.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";
import { tailDevices } from "./tail-devices.ts";
import { tailJournal } from "./tail-journal.ts";
import { type Printer, printer } from "./tail-printer.ts";

export const tail = command({
  name: "tail",
  about:
    "Show what the devices say, as it comes. Beside a running agent it follows the agent's journal; without one it asks the devices itself and keeps nothing.",
  takes: {
    config: option("--config FILE", "the site's configuration"),
    device: or(option("--device D", "only this device"), undefined),
    raw: flag("--raw", "below the readings of a device each request and reply in hex, with its fields marked"),
    json: flag("--json", "one JSON line a poll of a device; what else there is to say goes to standard error"),
    for: or(duration("--for TIME", "end after this time, such as 20s or 5m"), undefined),
  },
  examples: [
    "tail --config site.yaml",
    "tail --config site.yaml --device stack --raw",
    "tail --config site.yaml --json --for 1m > samples.jsonl",
  ],
  ends: ends.tail,
  run: async ({ config, device, raw, json, for: time }, signal) => {
    const whole = readSite(config);
    const site = { ...whole, devices: chosen(whole, device) };
    const out = (text: string): void => void process.stdout.write(`${text}\n`);
    const aside = (text: string): void => void process.stderr.write(`${text}\n`);
    const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
    const print = printer(site, { raw, json, colour }, { out, aside });
    await untilOver(site, print, time, signal);
    return 0;
  },
});

/** The devices that are shown. Throws Fault E_TAIL_DEVICE where there is none of this name. */
export function chosen({ devices }: Pick<Site, "devices">, name: string | undefined): readonly Device[] {
  const found = name === undefined ? devices : devices.filter(({ id }) => id === name);
  if (found.length > 0 || name === undefined) return found;
  const ids = devices.map(({ id }) => id);
  const near = nearest(name, ids);
  const instead = near === undefined ? `there are ${ids.join(", ")}` : `perhaps ${near} is meant`;
  throw new Fault("E_TAIL_DEVICE", `the site has no device ${name}; ${instead}`);
}

async function untilOver(site: Site, print: Printer, time: Millis | undefined, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort(), { once: true });
  if (time !== undefined) void pause(time, stop.signal).then(() => stop.abort());
  const dir = journalPath(site);
  const wants = (device: string | undefined): boolean => site.devices.some(({ id }) => id === device);
  if (!isHeld(dir)) {
    const devicesOn = (line: { readonly id: string }) =>
      site.devices.filter((one) => one.line === line.id).map(({ id }) => id);
    let wanted = false;
    const giveWay = (): void => {
      wanted = true;
    };
    const lines = await holdLines(site.lines, { program: lookedBy, config: site.file, devicesOn, giveWay });
    print.note("no agent is running; asking the devices myself, nothing is kept");
    print.head();
    const agent = watchFor(dir);
    try {
      await tailDevices(site, systemClock, print, () => wanted || agent.begun(), stop.signal);
    } finally {
      agent.close();
      await lines.release();
    }
    if (stop.signal.aborted) return;
    print.note("an agent has started; following its journal from here");
  } else {
    print.note("the agent is running; following its journal");
    print.head();
  }
  await tailJournal({ dir, wants, sha256: site.sha256 }, print, stop.signal);
}

/**
 * Whether an agent has begun since: it writes to its journal before it asks a device. Its lock is looked at only then, since a look at
 * each turn could keep it from starting.
 */
function watchFor(dir: string): { begun(): boolean; close(): void } {
  if (!isBegun(dir)) return { begun: () => isBegun(dir) && isHeld(dir), close: () => {} };
  const journal = followJournal(dir);
  return { begun: () => journal.changed() && isHeld(dir), close: () => journal.close() };
}
