import { scaleRaw } from "../../drivers/decimal.ts";
import type { BusFailure, OwnFlag, Sample } from "../../drivers/driver.ts";
import type { Point, StatusPoint } from "../../drivers/profile.ts";
import type { Missing, Reading } from "../../feed/format/reading.ts";
import type { Flag } from "../../feed/format/vocabulary.ts";
import { matches } from "./status.ts";

/** Characters of a value in an entry; a float64 register can hold a number of three hundred digits. */
const longest = 255;

interface Mark {
  readonly flag: Flag;
  readonly reason: string;
  readonly missing: boolean;
}

/** Of several flags the one that says most about why the value may not be used comes first. */
const gravity: readonly Flag[] = ["B", "D", "C", "M", "F", "S", "T", "N"];
const graver = (a: Mark, b: Mark): Mark =>
  a.missing === b.missing ? (gravity.indexOf(b.flag) < gravity.indexOf(a.flag) ? b : a) : a.missing ? a : b;

/**
 * Judges one poll: what the device said becomes a reading for each value point. A point without a sample, a failed read,
 * a sentinel or a raw value outside its electrical range never becomes a number; a value whose status could not be read is
 * never N. `points` and `status` are those of the profile as the site uses it.
 */
export function qualify(
  points: readonly Point[],
  status: readonly StatusPoint[],
  samples: readonly Sample[],
): ReadonlyMap<string, Reading> {
  const said = new Map(samples.map((sample) => [sample.point, sample]));
  const marks = status.map((point) => ({ point, mark: markOf(point, said.get(point.id)) }));
  return new Map(
    points.map((point) => {
      let worst: Mark = { flag: "N", reason: "", missing: false };
      for (const { point: statusPoint, mark } of marks)
        if (mark && (statusPoint.points?.includes(point.id) ?? true)) worst = graver(worst, mark);
      const sample = said.get(point.id);
      const own = ownMark(sample?.own);
      return [point.id, judge(point, sample, own ? graver(worst, own) : worst)];
    }),
  );
}

/** A logger's own flag counts like a status; a letter that nobody explains is never taken for normal. */
function ownMark(own: OwnFlag | undefined): Mark | undefined {
  if (own === undefined || own.flag === "N") return undefined;
  return { flag: own.flag ?? "D", reason: `logger ${own.letter}`, missing: false };
}

function judge(point: Point, sample: Sample | undefined, mark: Mark): Reading {
  if (sample === undefined) return missing("B", "not read");
  if ("failure" in sample) return missing("B", reasonOf(sample.failure));
  if (mark.missing) return missing(mark.flag === "N" ? "D" : mark.flag, mark.reason);
  const { raw } = sample;
  if (typeof raw === "string") return measured(raw, mark);
  if (isSentinel(point, raw)) return missing("D", `sentinel ${raw}`);
  if (typeof raw === "number" && !Number.isFinite(raw)) return missing("D", `not a number: ${raw}`);
  if (point.rawRange && !within(Number(raw), point.rawRange)) return missing("D", `raw ${raw} out of range`);
  const value = scaleRaw(raw, point.scale, point.places);
  if (value.length > longest) return missing("D", "more digits than an entry takes");
  const outside = point.range && !within(Number(value), point.range);
  return measured(value, outside ? graver(mark, { flag: "T", reason: "out of range", missing: false }) : mark);
}

const measured = (value: string, mark: Mark): Reading =>
  mark.flag === "N"
    ? { kind: "measured", value, flag: "N" }
    : { kind: "measured", value, flag: mark.flag, reason: mark.reason };

const missing = (flag: Flag, reason: string): Missing => ({
  kind: "missing",
  flag: flag === "N" ? "D" : flag,
  reason,
});

/** Why a read failed, as it stands in the entry: the code, with the exception number where there is one. */
export const reasonOf = (failure: BusFailure): string =>
  failure.exception === undefined ? failure.code : `${failure.code} ${failure.exception}`;

const within = (value: number, [low, high]: readonly [string, string]): boolean =>
  value >= Number(low) && value <= Number(high);

/** A profile writes -9999.9; a float32 register holds its nearest neighbour, so the comparison is made there. */
function isSentinel(point: Point, raw: number | bigint): boolean {
  const nearest = point.type === "float32" ? Math.fround : Number;
  return point.sentinels.map((text) => nearest(Number(text))).some((s) => s === Number(raw) || Object.is(s, raw));
}

function markOf(point: StatusPoint, sample: Sample | undefined): Mark | undefined {
  if (sample === undefined) return { flag: "B", reason: `status ${point.id} not read`, missing: false };
  if ("failure" in sample)
    return { flag: "B", reason: `status ${point.id} ${reasonOf(sample.failure)}`, missing: false };
  const met = point.flags.filter((rule) => matches(rule.when, sample.raw));
  return met
    .map((rule): Mark => ({ flag: rule.flag, reason: rule.reason, missing: rule.missing ?? false }))
    .reduce<Mark | undefined>((worst, mark) => (worst === undefined ? mark : graver(worst, mark)), undefined);
}
