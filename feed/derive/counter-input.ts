import type { Derivation } from "../format/body.ts";
import type { CounterSetup } from "./average/counter.ts";
import { readInput } from "./declared.ts";

/** What stands in the place of a formula's id where a channel is what a totaliser counted. */
export const consumption = "consumption";

/** The totaliser of such a channel, as its inputs name it. */
export interface CounterInput {
  /** The measured channel that counts. */
  readonly counter: string;
  /** The channel that says which meter it is, most often a serial number. */
  readonly meter?: string;
  readonly setup: CounterSetup;
}

/** Undefined for any other formula, and for inputs that name no totaliser. `fresh_s` is in seconds. */
export function counterOf({ formula, in: given }: Pick<Derivation, "formula" | "in">): CounterInput | undefined {
  if (formula !== consumption) return undefined;
  const channel = (name: string): string | undefined => {
    const input = readInput(given[name] ?? "=");
    return input?.is === "channel" ? input.channel : undefined;
  };
  const number = (name: string): string | undefined => {
    const input = readInput(given[name] ?? "");
    return input?.is === "number" ? input.value.toFixed() : undefined;
  };
  const [counter, meter] = [channel("counter"), channel("meter")];
  const [most, step, seconds, modulus] = [number("most"), number("step"), number("fresh_s"), number("modulus")];
  if (counter === undefined || most === undefined || step === undefined || seconds === undefined) return undefined;
  const setup = { most, step, fresh: Math.round(Number(seconds) * 1000), ...(modulus !== undefined && { modulus }) };
  return { counter, setup, ...(meter !== undefined && { meter }) };
}
