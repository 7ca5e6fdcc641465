/** What a report may put in the missing hours of one channel. Only whoever reports asks for it; no entry ever holds any of it. */
import type { Flag } from "../../format/vocabulary.ts";
import type { Span } from "../average/amend.ts";
import { type Offset, startOf } from "../average/calendar.ts";
import { absent } from "../outcome.ts";
import { meanPlusTwoSigma } from "./eu.ts";
import { captureOf, hj75Calibration, hj75Rows, hj75Substitute } from "./hj75.ts";
import { type AssuredHour, availability, part75Substitute } from "./part75.ts";
import { availabilityHours, type Parameter, part75Rules } from "./part75-rules.ts";
import type { Substitution } from "./substituted.ts";

/** One hour as it stands. A flag of null: nothing was kept of it. */
export interface StandingHour {
  /** Its start, Unix ms. */
  readonly t: number;
  readonly value: string | null;
  readonly flag: Flag | null;
}

export const substitutionRules = ["part-75", "hj75", "eu"] as const;
export type SubstitutionRules = (typeof substitutionRules)[number];

/** What the rules need to know of a channel, besides its hours. */
export interface Substitutable {
  /** Of Part 75. */
  readonly parameter?: Parameter;
  /** Maximum (or minimum) potential value, in the channel's unit. */
  readonly potential?: string;
}

export interface Filling extends Substitutable {
  readonly rules: SubstitutionRules;
  readonly places: number;
  readonly offset: Offset;
}

const isValid = ({ value, flag }: StandingHour): boolean => value !== null && flag === "N";

/**
 * A substitute, or why there is none, for each hour within `span` that has no valid value and in which the plant ran, by its
 * start. `hours`: one after the other without a hole, with as much of what was before and after as there is.
 */
export function fill(hours: readonly StandingHour[], span: Span, filling: Filling): ReadonlyMap<number, Substitution> {
  const running = hours.filter(({ flag }) => flag !== "F");
  const filled = new Map<number, Substitution>();
  for (let first = 0; first < running.length; first++) {
    if (isValid(running[first] as StandingHour)) continue;
    let end = first + 1;
    while (end < running.length && !isValid(running[end] as StandingHour)) end++;
    const gap = gapOf(running, first, end);
    const known = new Map<string, Substitution>();
    for (let index = first; index < end; index++) {
      const hour = running[index] as StandingHour;
      if (hour.t < span.from || hour.t >= span.to) continue;
      const same = sharing(hour, filling);
      const substitute = known.get(same) ?? substituteOf(running, index, gap, filling);
      known.set(same, substitute);
      filled.set(hour.t, substitute);
    }
    first = end;
  }
  return filled;
}

/** Hours of one gap that have this in common have one substitute. */
function sharing({ t, flag }: StandingHour, { rules, offset }: Filling): string {
  if (rules === "part-75") return `${t}`;
  return rules === "hj75" ? `${quarterOf(t, offset)} ${flag === "C"}` : `${yearOf(t, offset)}`;
}

interface Missing {
  readonly from: number;
  readonly hours: number;
  readonly before?: string;
  readonly after?: string;
  /** Valid hours before it, the newest last. */
  readonly earlier: readonly AssuredHour[];
}

function gapOf(running: readonly StandingHour[], first: number, end: number): Missing {
  const earlier = running
    .slice(0, first)
    .flatMap(({ t, value, flag }) => (isValid({ t, value, flag }) ? [{ t, value: value ?? "" }] : []));
  const before = earlier.at(-1)?.value;
  const after = running[end]?.value ?? undefined;
  return {
    from: running[first]?.t ?? 0,
    hours: end - first,
    earlier,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
}

function substituteOf(running: readonly StandingHour[], index: number, gap: Missing, filling: Filling): Substitution {
  switch (filling.rules) {
    case "part-75":
      return byPart75(running, index, gap, filling);
    case "hj75":
      return byHj75(running, index, gap, filling);
    case "eu":
      return byEu(running, index, filling);
  }
}

/** The availability is that of the hour itself, counted with it. Without load ranges all hours are of one. */
function byPart75(
  running: readonly StandingHour[],
  index: number,
  gap: Missing,
  { parameter, potential, places }: Filling,
): Substitution {
  const rule = part75Rules.find(({ parameters }) => parameter !== undefined && parameters.includes(parameter));
  if (rule === undefined) return absent("derive.no-rule", "no parameter of Part 75");
  const counted = running.slice(Math.max(0, index + 1 - availabilityHours), index + 1);
  const share = availability(counted.filter(isValid).length, counted.length);
  if (!share.ok) return share;
  const past = {
    earlier: gap.earlier,
    availability: share.value.toFixed(),
    ...(potential !== undefined && { potential }),
  };
  return part75Substitute(gap, past, rule, places);
}

function byHj75(
  running: readonly StandingHour[],
  index: number,
  gap: Missing,
  { places, offset }: Filling,
): Substitution {
  const hour = running[index] as StandingHour;
  const quarter = quarterOf(hour.t, offset);
  const mine = running.filter(({ t }) => quarterOf(t, offset) === quarter);
  const capture = captureOf(mine.filter(isValid).length, mine.length);
  if (!capture.ok) return capture;
  const rows = hour.flag === "C" ? hj75Calibration : hj75Rows;
  return hj75Substitute(
    gap,
    capture.value.toFixed(),
    gap.earlier.map(({ value }) => value),
    places,
    rows,
  );
}

/** Over the calendar year, as far as it is known. */
function byEu(running: readonly StandingHour[], index: number, { places, offset }: Filling): Substitution {
  const year = yearOf((running[index] as StandingHour).t, offset);
  const mine = running.filter((hour) => isValid(hour) && yearOf(hour.t, offset) === year);
  return meanPlusTwoSigma(
    mine.map(({ value }) => value ?? ""),
    places,
  );
}

const localOf = (t: number, offset: Offset): Date => new Date(startOf("hour", t, offset) + offset * 60_000);
const yearOf = (t: number, offset: Offset): number => localOf(t, offset).getUTCFullYear();
const quarterOf = (t: number, offset: Offset): number =>
  yearOf(t, offset) * 4 + Math.floor(localOf(t, offset).getUTCMonth() / 3);
