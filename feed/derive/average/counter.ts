/** How a totaliser moved from one reading to the next: consumption, or an event that must not be taken for consumption. */
import { compare, type Exact, exact, plus, quotient, times, whole, zero } from "./exact.ts";

export interface CounterSetup {
  /** The first number the counter cannot show: after the one below it comes 0. Without it the counter never rolls over. */
  readonly modulus?: string;
  /** The most it can count in an hour. What is beyond is no consumption. */
  readonly most: string;
  /** The least it moves by: its last digit, or the worth of a pulse. */
  readonly step: string;
  /** Milliseconds: a reading not older than this stands for the counter at the end of a period. */
  readonly fresh: number;
}

export interface CounterReading {
  /** Unix milliseconds. */
  readonly t: number;
  /** A decimal string, not below zero. */
  readonly value: string;
  /** The number of its entry. */
  readonly entry: number;
  /** Which meter it is, where it can be read; another one is another counter. */
  readonly meter?: string;
  /** Of an exchange of the meter that was written down: the old one's last count and the new one's first. */
  readonly exchange?: { readonly closing: string; readonly opening: string };
}

export const counterEvents = {
  rollover: "the counter ran past its last digit; what it counted is known",
  exchanged: "the meter was exchanged and both counts were written down; what was counted is known",
  replaced: "another meter answers; what was counted since the last reading is not known",
  reset: "the counter began again from zero; what was counted since the last reading is not known",
  jump: "the counter moved as no consumption moves it",
  "clock-back": "the reading is earlier than the one before",
  unreadable: "no number this counter can show",
} as const;
export type CounterEvent = keyof typeof counterEvents;

export interface Move {
  /** What was consumed; null where it cannot be known. */
  readonly counted: Exact | null;
  readonly event?: CounterEvent;
}

/** The count of a reading; undefined for one the counter cannot show. */
export function count(text: string, { modulus }: CounterSetup): Exact | undefined {
  const value = exact(text);
  if (value === undefined || value.coefficient < 0n) return undefined;
  return modulus !== undefined && compare(value, numberOf(modulus)) >= 0 ? undefined : value;
}

/** Numbers of the configuration were checked with it. */
const numberOf = (text: string): Exact => exact(text) ?? zero;
const minus = (a: Exact, b: Exact): Exact => plus(a, { coefficient: -b.coefficient, places: b.places });

/** From `before` to `after`, both counts the counter can show. */
export function moved(before: CounterReading, after: CounterReading, setup: CounterSetup): Move {
  const was = numberOf(before.value);
  const is = numberOf(after.value);
  const limit = mostBetween(before, after, setup);
  const possible = (amount: Exact): boolean => amount.coefficient >= 0n && compare(amount, limit) <= 0;
  if (after.exchange !== undefined) return exchanged(was, is, after.exchange, possible);
  if (before.meter !== after.meter) return { counted: null, event: "replaced" };
  const forward = minus(is, was);
  if (possible(forward)) return after.t < before.t ? { counted: forward, event: "clock-back" } : { counted: forward };
  if (forward.coefficient >= 0n) return { counted: null, event: "jump" };
  if (setup.modulus !== undefined) {
    const around = plus(forward, numberOf(setup.modulus));
    if (possible(around)) return { counted: around, event: "rollover" };
  }
  return { counted: null, event: possible(is) ? "reset" : "jump" };
}

function exchanged(
  was: Exact,
  is: Exact,
  { closing, opening }: { readonly closing: string; readonly opening: string },
  possible: (amount: Exact) => boolean,
): Move {
  const [last, first] = [exact(closing), exact(opening)];
  if (last === undefined || first === undefined) return { counted: null, event: "replaced" };
  const old = minus(last, was);
  const fresh = minus(is, first);
  const known = old.coefficient >= 0n && fresh.coefficient >= 0n && possible(plus(old, fresh));
  return known ? { counted: plus(old, fresh), event: "exchanged" } : { counted: null, event: "replaced" };
}

/** A clock that stepped back does not say how long it was: then as long as a reading may be old. */
function mostBetween(before: CounterReading, after: CounterReading, { most, step, fresh }: CounterSetup): Exact {
  const elapsed = after.t > before.t ? after.t - before.t : fresh;
  return plus(quotient(times(numberOf(most), whole(elapsed)), whole(3_600_000)), numberOf(step));
}
