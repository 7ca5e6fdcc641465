import { type Decimal, decimal, rounded } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { ascending, count, greater, hundred, lesser, mean, numberIn, numbersIn, zero } from "../statistics.ts";
import { meanOfNeighbours } from "./neighbours.ts";
import { availabilityHours, initialModc, oldestHours, type Part75Rule, type Tier } from "./part75-rules.ts";
import { type Gap, type Substitution, substituted } from "./substituted.ts";

const hour = 3_600_000;

/** A quality-assured hour in operation: its start in Unix milliseconds, its value, and the load range (1 to 10) it was run in. */
export interface AssuredHour {
  readonly t: number;
  readonly value: string;
  readonly load?: number;
}

/** The hours missing, from the start of the first; `load` is the range of the hour to be filled. */
export interface MissingHours extends Gap {
  readonly from: number;
  readonly load?: number;
}

/** What a monitor's past has to offer. `earlier` may hold more than is looked back on, in any order. */
export interface Past {
  readonly earlier: readonly AssuredHour[];
  /** Percent, as `availability` gives it. */
  readonly availability: string;
  /** Maximum (or minimum) potential value: MPC, MPF. */
  readonly potential?: string;
}

/**
 * Percent monitor data availability: quality-assured hours / hours in operation, over the last 8,760 of these or as many as
 * there are, in percent at one place (40 CFR 75.32, eq. 8 and 9; the rounding is that of the reported value).
 */
export function availability(
  assured: number,
  operating: number,
): { readonly ok: true; readonly value: Decimal } | Absent {
  if (!(operating > 0)) return absent("derive.division", "no hours in operation");
  if (!(assured >= 0 && assured <= operating && operating <= availabilityHours)) return absent("derive.range");
  return { ok: true, value: rounded(count(assured).times(hundred).div(count(operating)), 1) };
}

/**
 * The value at rank ceil(p n / 100) of `values` in rising order: a value that really occurred. `p` is above 0 and up to 100.
 * The rank is from memory of EPA's instructions; it has no interpolation.
 */
export function percentile(values: readonly Decimal[], p: number): Decimal | undefined {
  const rank = Math.ceil((p * values.length) / 100);
  return ascending(values)[rank - 1];
}

/** The newest hours that the rule looks back on from the gap: not older than three years, and of its load range. */
export function lookBack(past: Past, missing: MissingHours, rule: Part75Rule): readonly AssuredHour[] {
  const oldest = missing.from - oldestHours * hour;
  return past.earlier
    .filter(({ t, load }) => t < missing.from && t >= oldest && (!rule.byLoad || load === missing.load))
    .sort((a, b) => a.t - b.t)
    .slice(-rule.lookBack);
}

/**
 * The substitute of one hour of a gap by 40 CFR 75.33 (or 75.31, while fewer quality-assured hours precede the gap than the
 * rule looks back on). A tier that needs the hour after the gap has no answer before that hour is there.
 */
export function part75Substitute(missing: MissingHours, past: Past, rule: Part75Rule, places: number): Substitution {
  const available = numberIn(past.availability);
  if (available === undefined) return absent("derive.not-a-number", "availability");
  if (!(missing.hours > 0)) return absent("derive.range", "hours");
  const values = numbersIn(lookBack(past, missing, rule).map(({ value }) => value));
  if (values === undefined) return absent("derive.not-a-number");
  const before = past.earlier.filter(({ t }) => t < missing.from).length;
  if (before < rule.lookBack) return initial(missing, past, values, rule, places);

  const tier = rule.tiers.find(
    ({ from, upToHours }) => available.gte(decimal(from)) && missing.hours <= (upToHours ?? Number.POSITIVE_INFINITY),
  );
  return tier === undefined ? absent("derive.no-rule") : byTier(tier, missing, past, values, rule, places);
}

function byTier(
  tier: Tier,
  missing: MissingHours,
  past: Past,
  values: readonly Decimal[],
  { inverse }: Part75Rule,
  places: number,
): Substitution {
  const { method, modc } = tier;
  if (method === "potential") return potential(past, modc, places);
  if (method === "mean-before-after") return neighbours(missing, modc, places);
  const middle = mean(values);
  const [first = zero, ...others] = values;
  if (middle === undefined) return absent("derive.history", "no hours to look back on");
  const of = { hours: String(values.length) };
  if (method === "mean-before") return substituted(middle, places, method, modc, of);
  if (method === "extreme") {
    const worst = others.reduce(inverse ? lesser : greater, first);
    return substituted(worst, places, method, modc, { ...of, [inverse ? "lowest" : "highest"]: worst.toFixed() });
  }

  const p = inverse ? 100 - (tier.percentile ?? 0) : (tier.percentile ?? 100);
  const ranked = percentile(values, p);
  const beside = meanOfNeighbours(missing);
  if (!beside.ok) return beside;
  if (ranked === undefined) return absent("derive.history");
  const worse = (inverse ? lesser : greater)(ranked, beside.value);
  return substituted(worse, places, "percentile-or-mean", modc, {
    ...of,
    [`percentile${p}`]: ranked.toFixed(),
    before: beside.before,
    after: beside.after,
  });
}

function initial(
  missing: MissingHours,
  past: Past,
  values: readonly Decimal[],
  { byLoad }: Part75Rule,
  places: number,
): Substitution {
  const middle = mean(values);
  if (middle === undefined) return potential(past, initialModc.potential, places);
  if (!byLoad) return neighbours(missing, initialModc.mean, places);
  return substituted(middle, places, "mean-before", initialModc.mean, { hours: String(values.length) });
}

function neighbours(missing: MissingHours, modc: string, places: number): Substitution {
  const beside = meanOfNeighbours(missing);
  if (!beside.ok) return beside;
  const { before, after } = beside;
  return substituted(beside.value, places, "mean-before-after", modc, { before, after });
}

function potential(past: Past, modc: string, places: number): Substitution {
  if (past.potential === undefined) return absent("derive.input-missing", "potential value");
  const value = numberIn(past.potential);
  if (value === undefined) return absent("derive.not-a-number", "potential value");
  return substituted(value, places, "potential", modc, { potential: past.potential });
}
