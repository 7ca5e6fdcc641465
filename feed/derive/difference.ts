import type { DerivedBody } from "../format/body.ts";
import type { ReadingTuple } from "../format/reading.ts";
import { compare, exact, plus } from "./average/exact.ts";

/** How far a recomputed value may lie from the one that was said, in its unit. */
export interface Tolerance {
  readonly unit: string;
  readonly most: string;
  readonly source: string;
}

const ecmps = "US EPA, ECMPS cross-check tables of hourly recalculation tolerances";

/**
 * Both sides compute in the same decimals, so nothing may be apart. What EPA accepts is for values that another program made.
 * Flags, reasons and counts are the same in any case.
 */
export const tolerances = {
  exact: [],
  "part-75": [
    { unit: "ppm", most: "0.1", source: ecmps },
    { unit: "%", most: "0.1", source: ecmps },
    { unit: "scf/h", most: "1000", source: ecmps },
    { unit: "lb/mmBtu", most: "0.005", source: ecmps },
    { unit: "mmBtu/h", most: "1", source: ecmps },
    { unit: "lb/h", most: "0.1", source: ecmps },
    { unit: "ton/h", most: "0.1", source: ecmps },
    { unit: "MW", most: "1", source: ecmps },
  ],
} as const satisfies Readonly<Record<string, readonly Tolerance[]>>;
export type ToleranceId = keyof typeof tolerances;
export const toleranceIds = Object.keys(tolerances) as readonly ToleranceId[];

/** What an entry says of one channel: its reading, and [valid, possible] parts. */
export interface Statement {
  readonly reading: ReadingTuple;
  readonly n: readonly [number, number];
}

/** Null: of this channel the period should say nothing, or does not. */
export type Difference =
  | {
      readonly of: "channel";
      readonly channel: string;
      readonly said: Statement | null;
      readonly made: Statement | null;
    }
  | { readonly of: "range"; readonly said: readonly [number, number]; readonly made: readonly [number, number] };

type Period = Pick<DerivedBody, "data" | "n">;

/** Where two accounts of one period differ, among the channels that are `compared`. `unitOf`: of a channel. */
export function differences(
  said: Period,
  made: Period,
  unitOf: (channel: string) => string | undefined,
  within: readonly Tolerance[],
  compared: (channel: string) => boolean = () => true,
): readonly Difference[] {
  const channels = new Set([...Object.keys(said.data), ...Object.keys(said.n), ...Object.keys(made.data)]);
  return [...channels].filter(compared).flatMap((channel): Difference[] => {
    const [a, b] = [statementOf(said, channel), statementOf(made, channel)];
    const most = within.find(({ unit }) => unit === unitOf(channel))?.most ?? "0";
    return alike(a, b, most) ? [] : [{ of: "channel", channel, said: a, made: b }];
  });
}

/** The same for what an amendment says: of its own channels, and of their values alone. */
export const amendedDifferences = (
  said: Period,
  made: Period,
  unitOf: (channel: string) => string | undefined,
  within: readonly Tolerance[],
): readonly Difference[] =>
  differences({ ...said, n: made.n }, made, unitOf, within, (channel) => own(said.data, channel) !== undefined);

const own = <T>(of: { readonly [name: string]: T }, name: string): T | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined;

function statementOf({ data, n }: Period, channel: string): Statement | null {
  const reading = own(data, channel);
  return reading === undefined ? null : { reading, n: own(n, channel) ?? [0, 0] };
}

function alike(a: Statement | null, b: Statement | null, most: string): boolean {
  if (a === null || b === null) return a === b;
  const [[x, ...why], [y, ...because]] = [a.reading, b.reading];
  return String(a.n) === String(b.n) && JSON.stringify(why) === JSON.stringify(because) && near(x, y, most);
}

function near(x: string | null, y: string | null, most: string): boolean {
  if (x === y) return true;
  const [a, b, apart] = [exact(x ?? ""), exact(y ?? ""), exact(most)];
  if (a === undefined || b === undefined || apart === undefined || apart.coefficient === 0n) return false;
  return compare(a, plus(b, apart)) <= 0 && compare(b, plus(a, apart)) <= 0;
}

/** One difference in words: what was said, and what came out. */
export function differenceText(difference: Difference): string {
  if (difference.of === "range")
    return `of ${difference.said.join(" to ")}, recomputed ${difference.made.join(" to ")}`;
  const { channel, said, made } = difference;
  return `${channel} ${statementText(said)}, recomputed ${statementText(made)}`;
}

const statementText = (statement: Statement | null): string =>
  statement === null
    ? "nothing"
    : `${statement.reading.map((part) => part ?? "-").join(" ")} (${statement.n.join("/")})`;
