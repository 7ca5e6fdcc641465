import { join } from "node:path";
import type { Derived, Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import type { ConfigBody } from "../feed/format/body.ts";
import { readEntry } from "../feed/format/entry.ts";
import { type Millis, millis } from "../feed/format/vocabulary.ts";
import { derivedConfig, sameDeclaration } from "./derive/declare.ts";
import { derive } from "./derive/deriver.ts";
import type { OpenJournal } from "./keep/open-journal.ts";
import type { Keeper } from "./sealing.ts";

/** Writes down how everything derived is made, unless that is in force already, and derives until `signal` aborts. */
export function startDeriving(
  site: Site,
  derived: Derived,
  { journal, keeper, clock }: { readonly journal: OpenJournal; readonly keeper: Keeper; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const { seq: cfg, t: since, calibrate = {} } = declaration(site, derived, journal, keeper, clock.now().wall);
  const snapshot = join(site.state, "derived.json");
  return derive({ ...derived, cfg, since, calibrate, journal, keep: keeper.keep, clock, snapshot }, signal);
}

function declaration(
  site: Site,
  derived: Derived,
  journal: OpenJournal,
  keeper: Keeper,
  wall: Millis,
): { readonly seq: number; readonly t: Millis; readonly calibrate: ConfigBody["calibrate"] } {
  const last = journal.lastOfType("config", null);
  const read = last && readEntry(last.bytes);
  const before = read?.ok && read.value.type === "config" ? read.value : undefined;
  const body = derivedConfig(site, derived, before, wall);
  if (before && sameDeclaration(before, body))
    return { seq: before.seq, t: millis(Date.parse(before.t)), calibrate: before.calibrate };
  return { seq: keeper.keep(body)[0]?.seq ?? 0, t: wall, calibrate: body.calibrate };
}
