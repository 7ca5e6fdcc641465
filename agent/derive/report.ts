import type { Derived } from "../../config/site.ts";
import type { Span } from "../../feed/derive/average/amend.ts";
import type { NoValue } from "../../feed/derive/outcome.ts";
import { fill, type Substitutable, type SubstitutionRules } from "../../feed/derive/substitute/fill.ts";
import type { Substituted } from "../../feed/derive/substitute/substituted.ts";
import type { ReadingTuple } from "../../feed/format/reading.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import { hoursIn, type KeptHour, startsOf } from "./hours.ts";
import { periodText } from "./period-text.ts";

/** The hours of a month as they stand, and beside them what rules would put in the missing ones. Nothing of it is kept. */
export interface Report {
  readonly month: string;
  /** Minutes that the site's days begin before those of UTC. */
  readonly east: number;
  /** By which rules the members `substitute` were made; null: there are none. */
  readonly substituted: SubstitutionRules | null;
  readonly channels: readonly ReportedChannel[];
}

export interface ReportedChannel {
  readonly channel: string;
  readonly unit: string;
  readonly hours: readonly ReportedHour[];
}

export interface ReportedHour {
  readonly period: string;
  /** What was measured; null where no entry speaks of the hour. */
  readonly reading: ReadingTuple | null;
  readonly n: readonly [number, number];
  readonly entry: number | null;
  readonly amendments: readonly number[];
  /** What nobody measured: a value by a rule, or why the rule has none. */
  readonly substitute?: Substituted | { readonly kind: "none"; readonly why: NoValue };
}

const day = 86_400_000;
/** Rules look back on so much, and a gap may end so long after the month. */
const before = 366 * day;
const after = 31 * day;

/** `month`: its span. Hours from a channel's first entry to its last are reported, so that none is passed over in silence. */
export function reportOf(
  journal: JournalReader,
  { channels, offset, substitutes }: Derived,
  { from, to }: Span,
  rules: SubstitutionRules | null,
): Report {
  const east = offset / 60_000;
  const found = rules === null ? hoursIn(journal, from, to) : hoursIn(journal, from - before, to + after);
  return {
    month: periodText({ period: "month", start: from }, east),
    east,
    substituted: rules,
    channels: channels.flatMap(({ id, unit, places }) => {
      const kept = found.get(id) ?? [];
      const mine = substitutes.get(id);
      const filled =
        rules === null || mine === undefined
          ? new Map()
          : substitutesOf(kept, { from, to }, { ...mine, rules, places }, east);
      const byStart = new Map(kept.map((hour) => [hour.t, hour]));
      const hours = [...startsOf(kept, east)]
        .filter((t) => t >= from && t < to)
        .map((t) => ({ ...reported(t, byStart.get(t), east), ...(filled.has(t) && { substitute: filled.get(t) }) }));
      return hours.length === 0 ? [] : [{ channel: id, unit, hours }];
    }),
  };
}

function reported(t: number, kept: KeptHour | undefined, east: number): ReportedHour {
  const period = periodText({ period: "hour", start: t }, east);
  if (kept === undefined) return { period, reading: null, n: [0, 0], entry: null, amendments: [] };
  const { reading, n, entry, amendments } = kept;
  return { period, reading, n, entry, amendments };
}

function substitutesOf(
  kept: readonly KeptHour[],
  month: Span,
  how: Substitutable & { readonly rules: SubstitutionRules; readonly places: number },
  east: number,
): ReadonlyMap<number, ReportedHour["substitute"]> {
  const byStart = new Map(kept.map((hour) => [hour.t, hour]));
  const hours = [...startsOf(kept, east)].map((t) => {
    const [value, flag] = byStart.get(t)?.reading ?? [null, null];
    return { t, value, flag };
  });
  const all = fill(hours, month, { ...how, offset: east });
  return new Map(
    [...all].map(([t, result]) => [t, result.ok ? result.substitute : { kind: "none", why: result.why }] as const),
  );
}
