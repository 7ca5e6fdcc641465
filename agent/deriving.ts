import { join } from "node:path";
import type { Derived, Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
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
  const { seq: cfg, t: since } = declaration(site, derived, journal, keeper, clock.now().wall);
  const snapshot = join(site.state, "derived.json");
  return derive({ ...derived, cfg, since, journal, keep: keeper.keep, clock, snapshot }, signal);
}

function declaration(
  site: Site,
  derived: Derived,
  journal: OpenJournal,
  keeper: Keeper,
  wall: Millis,
): { readonly seq: number; readonly t: Millis } {
  const last = journal.lastOfType("config", null);
  const written = last && readEntry(last.bytes);
  const body = derivedConfig(site, derived, last === undefined ? "first" : "changed", wall);
  if (last && written?.ok && written.value.type === "config" && sameDeclaration(written.value, body))
    return { seq: last.seq, t: millis(Date.parse(written.value.t)) };
  return { seq: keeper.keep(body)[0]?.seq ?? 0, t: wall };
}
