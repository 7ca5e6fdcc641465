import { lstatSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Derived, Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import { readEntry } from "../feed/format/entry.ts";
import { type Millis, millis, seconds } from "../feed/format/vocabulary.ts";
import { manualBody } from "./derive/entered.ts";
import { type Entered, readEntered } from "./derive/entered-form.ts";
import type { JournalReader } from "./keep/open-journal.ts";
import type { Logger } from "./logger.ts";
import type { Keeper } from "./sealing.ts";

/** Where `cems-agent calibration-enter` leaves checks for the agent, which alone may write to the journal. */
export const enteredFolder = ({ state }: Pick<Site, "state">): string => join(state, "entered");

const look = seconds(1);
const name = /^[0-9a-f-]{1,64}\.json$/;
/** Files taken at one look, bytes of a file, and refused files that are left lying for a person to see. */
const limits = { files: 16, bytes: 4096, refused: 16 } as const;

export interface EnteringParts {
  readonly folder: string;
  readonly derived: Derived;
  readonly journal: Pick<JournalReader, "ofType">;
  readonly keeper: Pick<Keeper, "keep">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps what was entered by hand, until `signal` aborts. A file goes when its entries are on the disk: a restart loses none. */
export async function takeEntered(parts: EnteringParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const file of filesIn(parts.folder)) takeOne(join(parts.folder, file), parts);
    await parts.clock.sleepUntil(millis(parts.clock.now().mono + look), signal);
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    const all = readdirSync(folder);
    const refused = all.filter((one) => one.endsWith(".refused")).sort();
    for (const old of refused.slice(0, -limits.refused)) rmSync(join(folder, old), { force: true });
    return all
      .filter((one) => name.test(one))
      .sort()
      .slice(0, limits.files);
  } catch {
    return []; // nobody has entered anything yet
  }
}

function takeOne(path: string, { derived, journal, keeper, clock, log }: EnteringParts): void {
  const { wall } = clock.now();
  const read = readEntered(textOf(path), derived.checks, wall);
  if (!read.ok) {
    log.warn({ code: "CALIBRATION_REFUSED", file: path, why: read.why }, "an entered check was refused");
    settle(() => renameSync(path, `${path}.refused`));
    return;
  }
  const bodies = bodiesOf(read.entered, derived, wall);
  const known = new Set(keysIn(journal));
  const fresh = bodies.filter((body) => !known.has(keyOf(body)));
  if (fresh.length > 0) keeper.keep(...fresh);
  settle(() => rmSync(path));
  if (fresh.length > 0) log.info({ by: read.entered.by, checks: read.entered.checks }, "checks entered by hand");
}

const bodiesOf = ({ by, checks }: Entered, { units }: Derived, wall: Millis) =>
  checks.map((check) => manualBody(check, units.get(check.channel) ?? "", by, wall));

/** A start after power went between keeping and removing finds the same file again. */
const keyOf = ({ code, value, period, by }: { code: string; value: string; period: string; by: string }): string =>
  JSON.stringify([code, value, period, by]);

function* keysIn(journal: EnteringParts["journal"]): Generator<string> {
  for (const { bytes } of journal.ofType("manual", 0)) {
    const read = readEntry(bytes);
    if (read.ok && read.value.type === "manual") yield keyOf(read.value);
  }
}

/** Empty where it is no file or too long to be one of ours. */
function textOf(path: string): string {
  try {
    const { size } = lstatSync(path);
    return lstatSync(path).isFile() && size <= limits.bytes ? readFileSync(path, "utf8") : "";
  } catch {
    return "";
  }
}

/** A folder that lets nothing be removed costs a look a second, and no entry twice. */
function settle(work: () => void): void {
  try {
    work();
  } catch {
    // it is looked at again
  }
}
