/** The checks of one channel as its samples come: recognised, judged, told of. Pure but for its own state. */
import { z } from "zod";
import { type Decimal, written } from "../decimal.ts";
import { type Absent, absent, type NoValue } from "../outcome.ts";
import type { Check, Point, Verdict } from "./check.ts";
import { type Recognised, type Recognition, type Running, recognise, type Sample } from "./checks.ts";
import { drift, type Instrument } from "./drift.ts";
import { calibrationError, errorLimits, type Monitor } from "./error.ts";
import type { Timer } from "./validity.ts";

/** By which rules a check is judged; `scale` is the span of Part 75 or the full scale of HJ 75, in the unit of the channel. */
export type Judging =
  | { readonly rules: "part-75"; readonly kind: Monitor; readonly scale: string }
  | { readonly rules: "hj75"; readonly kind: Instrument; readonly scale: string };

export interface Watched {
  /** A measured channel. */
  readonly channel: string;
  readonly recognition: Recognition;
  readonly judging: Judging;
  /** How long a pass lasts (ms), and what a failure takes away. Without it checks take nothing away. */
  readonly timer?: Pick<Timer, "lasts" | "reach">;
}

export const pointsOfWatched = ({ recognition }: Pick<Watched, "recognition">): readonly Point[] =>
  Object.values(recognition.named).map(({ point }) => point);

/** A check that is over. Numbers are decimal strings; `error` and `limit` are in percent of the scale, or as the limit says. */
export type CheckNews = {
  readonly channel: string;
  readonly point: Point;
  readonly t: number;
  /** Of one that was entered by hand: the number of its entry. */
  readonly of?: number;
} & (
  | {
      readonly verdict: Verdict;
      readonly reading: string;
      readonly reference: string;
      readonly error: string;
      readonly limit: string;
    }
  | { readonly verdict: "none"; readonly why: NoValue }
);

const text = z.string().max(255);
export const RunningState = z.strictObject({
  point: z.enum(["zero", "span"]),
  reference: text,
  last: z.int(),
  readings: z.array(text),
  settled: z.strictObject({ t: z.int(), readings: z.array(text) }).exactOptional(),
});

export interface Watch {
  /** A sample more; those that are older than the last of a check under way are passed over. */
  take(sample: Sample): CheckNews | undefined;
  /** The check under way. */
  state(): Running | undefined;
}

export function makeWatch({ channel, recognition, judging }: Watched, from: Running | undefined): Watch {
  let running = from;
  return {
    take: (sample) => {
      if (running !== undefined && sample.t < running.last) return undefined;
      const step = recognise(running, sample, channel, recognition);
      running = step.running;
      return step.done && judged(step.done, channel, judging);
    },
    state: () => running,
  };
}

const places = 4;
const shown = (value: Decimal): string => written(value, places);

/** The verdict on two numbers and what it rests on; undefined where there is no number, or no limit to compare with. */
function judgedNumbers(
  check: Compared,
  judging: Judging,
): { readonly ok: true; readonly verdict: Verdict; readonly error: Decimal; readonly limit: string } | Absent {
  if (judging.rules === "part-75") {
    if (!Object.hasOwn(errorLimits, judging.kind)) return absent("derive.no-rule");
    const limit = errorLimits[judging.kind];
    const found = calibrationError(check, limit, { span: judging.scale });
    if (!found.ok) return found;
    const { error, verdict, by } = found;
    const most = by === "percentage" ? limit.most : `${limit.most} or a difference of ${by.most}`;
    return { ok: true, verdict, error, limit: most };
  }
  const found = drift(check, judging.kind, judging.scale);
  if (!found.ok) return found;
  return { ok: true, verdict: found.verdict, error: found.drift, limit: found.limit.control };
}

type Compared = Pick<Check, "point" | "reading" | "reference">;

/** Undefined where the numbers or the rules give none. */
export function verdictOf(check: Compared, judging: Judging): Verdict | undefined {
  const found = judgedNumbers(check, judging);
  return found.ok ? found.verdict : undefined;
}

/** A check that was entered by hand. `of`: number of the entry that says so. */
export function judgedByHand(
  check: Compared & { readonly t: number },
  { channel, judging }: Pick<Watched, "channel" | "judging">,
  of: number,
): CheckNews {
  const { point, t } = check;
  return { ...judgedCheck(check, { channel, point, t }, judging), of };
}

function judged(done: Recognised, channel: string, judging: Judging): CheckNews {
  if (!done.ok) return { channel, point: done.point, t: done.t, verdict: "none", why: done.why };
  const { point, t } = done.check;
  return judgedCheck(done.check, { channel, point, t }, judging);
}

function judgedCheck(
  check: Compared,
  about: { readonly channel: string; readonly point: Point; readonly t: number },
  judging: Judging,
): CheckNews {
  const found = judgedNumbers(check, judging);
  if (!found.ok) return { ...about, verdict: "none", why: found.why };
  const { reading, reference } = check;
  const { verdict, error, limit } = found;
  return { ...about, verdict, reading, reference, error: shown(error), limit };
}
