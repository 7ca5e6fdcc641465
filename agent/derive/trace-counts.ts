import { counterEvents, moved } from "../../feed/derive/average/counter.ts";
import type { CounterInput } from "../../feed/derive/counter-input.ts";
import { decimal } from "../../feed/derive/decimal.ts";
import type { TracedSample } from "./traced-sample.ts";

/** The two counts that a consumption is the difference of, and what happened to the counter between them. */
export interface Counts {
  readonly of: "counts";
  readonly counter: string;
  /** Null where none was fresh enough. */
  readonly start: TracedSample | null;
  readonly end: TracedSample | null;
  /** How often it ran past its last digit, and from which number it begins again. */
  readonly rollovers: number;
  readonly modulus?: string;
  readonly events: readonly { readonly from: number; readonly to: number; readonly what: string }[];
}

/** `samples`: of the counter, before the end of the period, from the one it may begin with. Times in Unix ms. */
export function countsOf(
  input: CounterInput,
  samples: readonly TracedSample[],
  [from, to]: readonly [number, number],
): Counts {
  const { setup, counter } = input;
  const read = samples.filter(({ counted }) => counted);
  const at = (moment: number): TracedSample | undefined => {
    const last = read.findLast(({ t }) => Date.parse(t) < moment);
    return last && moment - Date.parse(last.t) <= setup.fresh ? last : undefined;
  };
  const start = at(from) ?? read.find(({ t }) => Date.parse(t) === from) ?? null;
  const end = at(to) ?? null;
  const between = start && end ? read.slice(read.indexOf(start), read.indexOf(end) + 1) : [];
  const events: Counts["events"][number][] = [];
  let rollovers = 0;
  for (const [index, after] of between.entries()) {
    const before = between[index - 1];
    if (before === undefined) continue;
    const { event } = moved(readingOf(before), readingOf(after), setup);
    if (event === "rollover") rollovers += 1;
    if (event) events.push({ from: before.entry, to: after.entry, what: counterEvents[event] });
  }
  const { modulus } = setup;
  return { of: "counts", counter, start, end, rollovers, events, ...(modulus !== undefined && { modulus }) };
}

const readingOf = ({ t, entry, reading: [value] }: TracedSample) => ({ t: Date.parse(t), entry, value: value ?? "" });

/** "= 4.0 - 999995.5 + 1000000", to be typed into any calculator. */
export function countsLine({ start, end, rollovers, modulus }: Counts): string {
  const [first, last] = [start?.reading[0], end?.reading[0]];
  if (first == null || last == null) return `${first == null ? "its start" : "its end"} has no count`;
  const around =
    rollovers > 0 && modulus !== undefined
      ? ` + ${decimal(modulus)
          .times(decimal(`${rollovers}`))
          .toFixed()}`
      : "";
  return `= ${last} - ${first}${around}`;
}
