import { randomBytes } from "node:crypto";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Site } from "../../config/site.ts";
import { command, option, or } from "../../feed/command.ts";
import type { Watched } from "../../feed/derive/calibration/watch.ts";
import { makeFolders } from "../../feed/files/folders.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { EnteredCheck } from "../derive/entered.ts";
import { type Entered, isNumber, readEntered } from "../derive/entered-form.ts";
import { momentForms, readMoment } from "../derive/period-text.ts";
import { enteredFolder } from "../entering.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

const about = "the reading, in its unit; after a slash what it ought to be, where that is not what the site file says";

export const calibrationEnter = command({
  name: "calibration-enter",
  about:
    "Hand a zero or span check that was made by hand over to the agent: it is kept under your name, judged like any other, and proves or takes away what was measured.",
  takes: {
    channel: option("CHANNEL", "a channel of `derived.calibration`"),
    config: option("--config FILE", "the site's configuration"),
    zero: or(option("--zero READING", about), undefined),
    span: or(option("--span READING", about), undefined),
    at: or(option("--at TIME", `when the reading was taken, in the site's own time: ${momentForms}; now`), undefined),
    by: or(option("--by NAME", "who made it; otherwise whoever is logged in"), undefined),
  },
  examples: [
    "calibration-enter cems.so2 --config site.yaml --zero 0.4 --span 398",
    'calibration-enter cems.so2 --config site.yaml --span 251/250 --at 2026-10-01T08:30 --by "Li Wei"',
  ],
  ends: ends["calibration-enter"],
  run: async ({ config, ...given }, signal) => {
    const site = readSite(config);
    const entered = checksOf(site, given, Date.now());
    const path = handOver(site, entered);
    process.stdout.write(`${await fate(path, signal)}\n`);
    return 0;
  },
});

interface Given {
  readonly channel: string;
  readonly zero: string | undefined;
  readonly span: string | undefined;
  readonly at: string | undefined;
  readonly by: string | undefined;
}

/** What was typed as checks of the site. Throws Fault E_CALIBRATION_ARGUMENT. */
export function checksOf({ derived }: Pick<Site, "derived">, given: Given, now: number): Entered {
  const { channel, zero, span, at, by = userInfo().username } = given;
  const wrong = (why: string): never => {
    throw new Fault("E_CALIBRATION_ARGUMENT", why);
  };
  const watched = derived?.checks.find((one) => one.channel === channel);
  const names = derived?.checks.map((one) => one.channel).join(", ") || "none";
  if (derived === undefined || watched === undefined)
    return wrong(`${channel} is not among the channels of \`derived.calibration\`: ${names}`);
  const t =
    at === undefined ? now : (readMoment(at, derived.offset / 60_000) ?? wrong(`${at} is no time: ${momentForms}`));
  const checks = Object.entries({ zero, span }).flatMap(([point, text]) => {
    if (text === undefined) return [];
    const [reading = "", reference = referenceOf(watched, point), ...rest] = text.split("/");
    if (rest.length > 0 || !isNumber(reading) || !isNumber(reference ?? "0"))
      return wrong(`${text} is no reading; write 398, or 398/400 where the gas was another than the site file says`);
    return [{ channel, point, t, reading, reference: reference ?? "" } as EnteredCheck];
  });
  if (checks.length === 0) return wrong("nothing was checked; give --zero, --span, or both");
  const read = readEntered(JSON.stringify({ by, checks }), derived.checks, now);
  return read.ok ? read.entered : wrong(read.why);
}

const referenceOf = ({ recognition }: Watched, point: string): string | undefined =>
  Object.values(recognition.named).find((level) => level.point === point)?.reference;

/** Leaves the checks where the agent looks for them, whole or not at all. Throws Fault E_CALIBRATION_HANDOVER. */
export function handOver(site: Pick<Site, "state">, entered: Entered): string {
  const folder = enteredFolder(site);
  const path = join(folder, `${randomBytes(8).toString("hex")}.json`);
  try {
    makeFolders(folder, 0o700);
    writeFileSync(`${path}.new`, JSON.stringify(entered), { mode: 0o600, flag: "wx", flush: true });
    renameSync(`${path}.new`, path);
    return path;
  } catch (cause) {
    throw new Fault("E_CALIBRATION_HANDOVER", `${folder}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

const [tries, apart] = [50, 100];

/** A running agent looks each second. */
async function fate(path: string, signal: AbortSignal): Promise<string> {
  for (let left = tries; left > 0 && !signal.aborted; left--) {
    if (existsSync(`${path}.refused`))
      throw new Fault(
        "E_CALIBRATION_ARGUMENT",
        "the running agent refused it; it was started with another site file, and has to be started again",
      );
    if (!existsSync(path)) return "The agent has taken it into the journal; its verdict follows within a minute.";
    await pause(apart);
  }
  return "No agent has taken it yet; it waits in the state folder until one runs.";
}
