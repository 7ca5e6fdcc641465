import type { Device, Site } from "../../config/site.ts";
import { loadCatalogue } from "../../drivers/catalogue.ts";
import { command, duration, flag, option, or } from "../../feed/command.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";
import { holdLines } from "../holding.ts";
import type { AskedLine } from "../probe/conversation.ts";
import type { ProbeEvent } from "../probe/events.ts";
import { statusOf } from "../probe/findings.ts";
import { type ProbeAsked, probe as probeLine } from "../probe/probe.ts";
import { inkFor, probeText } from "../probe/text.ts";
import { lineMeant, placeMeant, profileMeant, unitMeant } from "../probe/which.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

export const stoppedStatus = 130;
export const lineArgument = option(
  "LINE",
  "a line's id in the site, or such as tcp:192.168.1.20:502 or rtu:/dev/ttyUSB0:9600:8N1",
);
export const siteOption = or(option("--config FILE", "the site whose line is meant"), undefined);
export const jsonFlag = flag("--json", "print JSON lines");

export const probe = command({
  name: "probe",
  about: "Ask a line what is on it, and say what answers, how fast, and what is wrong. Reads only.",
  takes: {
    line: lineArgument,
    config: siteOption,
    unit: or(
      option("--unit N", "the unit id; on DL/T 645 the meter's 12 digits; not given: whoever answers"),
      undefined,
    ),
    profile: or(option("--profile P", "a device profile, such as sick/marsic300: its values are shown"), undefined),
    at: or(option("--at PLACE", "registers to look at without a profile, such as holding:100"), undefined),
    wait: or(
      duration("--wait T", "how long a device may take to begin its answer; 500ms, or as its profile says"),
      undefined,
    ),
    json: jsonFlag,
  },
  examples: [
    "probe tcp:192.168.1.20:502",
    "probe rtu:/dev/ttyUSB0:9600:8N1 --unit 3 --profile eastron/sdm630",
    "probe stack --config site.yaml",
  ],
  ends: ends.probe,
  exits: {
    0: "something answers as it should",
    1: "something answers, but not as it should, or no register of it can be read",
    2: "nothing answers",
    [stoppedStatus]: "stopped by Ctrl-C",
  },
  run: async (given, signal) => {
    const site = given.config === undefined ? undefined : readSite(given.config);
    const line = lineMeant(given.line, site);
    const asked = meant(given, line, site);
    const hold = await holdLines([line], heldBy("cems-agent probe", site));
    try {
      const screen = probeScreen(given.json);
      const outcome = await probeLine(asked, { signal, deviceMs: given.wait ?? patienceFor(asked) }, screen.tell);
      screen.clear();
      return signal.aborted ? stoppedStatus : statusOf[outcome];
    } finally {
      await hold.release();
    }
  },
});

interface Given {
  readonly unit: string | undefined;
  readonly profile: string | undefined;
  readonly at: string | undefined;
}

function meant(given: Given, line: AskedLine, site: Site | undefined): ProbeAsked {
  const known = site?.devices.filter((device) => device.line === line.id) ?? [];
  const profiles = new Map([
    ...loadCatalogue().profiles,
    ...known.map(({ profile }) => [profile.id, profile] as const),
  ]);
  const profile = given.profile === undefined ? undefined : profileMeant(given.profile, line, profiles);
  const place = given.at === undefined ? undefined : placeMeant(given.at);
  return {
    line,
    devices: devicesMeant(given, line, known),
    ...(profile && { profile }),
    ...(place && { place }),
  };
}

/** A device of the site is read by its profile there, unless another profile or a place is named. */
function devicesMeant(given: Given, line: AskedLine, known: readonly Device[]): ProbeAsked["devices"] {
  const bare = given.profile !== undefined || given.at !== undefined;
  const one = given.unit === undefined ? undefined : unitMeant(given.unit, line);
  const listed = known.filter(({ address }) => one === undefined || address === one);
  if (one !== undefined && listed.length === 0) return [{ address: one }];
  return listed.map(({ address, profile }) => (bare ? { address } : { address, profile }));
}

const usualMs = millis(500);
const patienceFor = ({ devices, profile }: ProbeAsked): Millis =>
  millis(Math.max(usualMs, profile?.deviceMs ?? 0, ...devices.map((device) => device.profile?.deviceMs ?? 0)));

export const heldBy = (program: string, site: Site | undefined) => ({
  program,
  ...(site && { config: site.file }),
  devicesOn: () => [],
});

/** Where a probe is shown: lines on standard output, what it is trying on standard error, where that is a terminal. */
function probeScreen(json: boolean): { tell(event: ProbeEvent): void; clear(): void } {
  const { stdout, stderr } = process;
  const text = probeText(inkFor(stdout.isTTY === true, process.env));
  const clear = (): void => void (stderr.isTTY && stderr.write("\r\x1b[K"));
  return {
    clear,
    tell: (event) => {
      clear();
      if (event.is === "trying") {
        if (stderr.isTTY) stderr.write(`trying ${event.what} ...`);
      } else if (json) stdout.write(`${JSON.stringify(event)}\n`);
      else for (const line of text(event)) stdout.write(`${line}\n`);
    },
  };
}
