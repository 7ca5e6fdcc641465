/** One line of a bench, and the method behind it: both sides in one run, in turns, so that noise meets both. */

/** What one case of a bench found; the ratio is the median of the rounds' ratios, `ours` and `other` are medians too. */
export interface Result {
  readonly bench: string;
  readonly case: string;
  readonly ratio: number;
  readonly ours: number;
  readonly other: number;
  readonly unit: string;
  readonly rounds: number;
  readonly spread: readonly [number, number];
  /** What else the rounds showed. */
  readonly also?: Also;
}

export type Also = Readonly<Record<string, number>>;

export interface Case {
  readonly case: string;
  readonly unit: string;
  /** The least ratio that is accepted; shown beside the ratio. */
  readonly bar?: number;
  /** Each measures one round and returns a rate in `unit`. */
  readonly ours: () => Promise<number>;
  readonly other: () => Promise<number>;
  /** Asked after the rounds. */
  readonly also?: () => Also;
  /** A figure of `also` that must be 0, or the case is missed whatever its ratio. */
  readonly never?: string;
}

export interface Options {
  readonly rounds: number;
  /** How long one side runs in one round. */
  readonly seconds: number;
  /** Of the month that is verified. */
  readonly days: number;
}

/** Sets up, hands each case to `measure`, and tidies up after itself. */
export type Bench = (options: Options, measure: (one: Case) => Promise<void>) => Promise<void>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

const round = (value: number): number => Number(value.toPrecision(3));

export async function compare(bench: string, one: Case, rounds: number): Promise<Result> {
  const ours: number[] = [];
  const other: number[] = [];
  for (let i = 0; i < rounds; i++) {
    ours.push(await one.ours());
    other.push(await one.other());
  }
  const ratios = ours.map((rate, i) => rate / (other[i] ?? Number.NaN));
  return {
    bench,
    case: one.case,
    ratio: round(median(ratios)),
    ours: Math.round(median(ours)),
    other: Math.round(median(other)),
    unit: one.unit,
    rounds,
    spread: [round(Math.min(...ratios)), round(Math.max(...ratios))],
    ...(one.also === undefined ? {} : { also: one.also() }),
  };
}

/** The same for a person, one line a case. */
export function tableLine(result: Result, { bar, never }: Pick<Case, "bar" | "never">): string {
  const broken = never !== undefined && (result.also?.[never] ?? 0) > 0;
  const missed = broken || (bar !== undefined && result.ratio < bar);
  const verdict = `${bar === undefined ? "" : `bar ${bar}`}${missed ? ", MISSED" : ""}`;
  const also = Object.entries(result.also ?? {}).map(([name, value]) => `${name} ${value}`);
  return [
    result.bench.padEnd(10),
    result.case.padEnd(30),
    String(result.ratio).padStart(6),
    `(${result.spread[0]} to ${result.spread[1]})`.padEnd(18),
    `${result.ours} / ${result.other} ${result.unit}`.padEnd(34),
    verdict,
    also.length > 0 ? `(${also.join(", ")})` : "",
  ]
    .join(" ")
    .trimEnd();
}
