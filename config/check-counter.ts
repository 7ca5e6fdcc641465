import type { Problem } from "../drivers/problem.ts";
import { decimal } from "../feed/derive/decimal.ts";
import { numberInput } from "../feed/derive/declared.ts";
import { timesOf } from "../feed/derive/units.ts";
import { nearest } from "../feed/yaml/nearest.ts";
import { product, type Say } from "./check-derived.ts";
import type { DerivedChannelFile } from "./derived-form.ts";

/** What a consumption is counted from; `measured` with unit, places and ms between two readings. */
export interface Countable {
  readonly measured: ReadonlyMap<
    string,
    { readonly unit: string; readonly places: number; readonly every: number; readonly pushed?: boolean }
  >;
  /** Channels of settings, such as a serial number. */
  readonly settings: ReadonlySet<string>;
}

const numbers = ["most", "step", "modulus", "fresh_s"] as const;
const names = ["counter", "meter", ...numbers];
/** A reading is fresh for so many polls, and for a minute at least. */
const freshPolls = 3;
const leastFresh = 60_000;

/** The inputs of a consumption: their spelling for the journal, and the unit of what it counts. */
export function checkCounter(
  { id, inputs, weight }: DerivedChannelFile,
  { measured, settings }: Countable,
  say: Say,
): { readonly spelt: Readonly<Record<string, string>>; readonly unit: string; readonly problems: readonly Problem[] } {
  const problems: Problem[] = Object.keys(inputs)
    .filter((name) => !names.includes(name))
    .map((name) =>
      say(["inputs", name], `a consumption has no input ${name}`, nearest(name, names) ?? names.join(", "), "key"),
    );
  if (weight !== undefined)
    problems.push(say(["weight"], `${id} is a consumption, and nothing weighs in an amount`, "no `weight`"));
  const known = [...measured.keys()];
  const { counter, meter } = inputs;
  const counts = typeof counter === "string" ? measured.get(counter) : undefined;
  if (counter === undefined)
    problems.push(say(["inputs"], "a consumption needs counter", "counter: the channel of the totaliser"));
  else if (typeof counter !== "string")
    problems.push(say(["inputs", "counter"], "a number counts nothing", "the channel of the totaliser"));
  else if (counts === undefined)
    problems.push(
      say(
        ["inputs", "counter"],
        `no device has a channel ${counter}`,
        nearest(counter, known) ?? "a measured channel, <device>.<point>",
      ),
    );
  if (meter !== undefined && (typeof meter !== "string" || !(measured.has(meter) || settings.has(meter)))) {
    const near = typeof meter === "string" ? nearest(meter, [...settings, ...known]) : undefined;
    const what = typeof meter === "string" ? `no device has a channel or setting ${meter}` : "a number is no meter";
    problems.push(say(["inputs", "meter"], what, near ?? "the channel of the meter's serial number, or nothing"));
  }
  if (counts === undefined) return { spelt: {}, unit: "?", problems };
  const spelt: Record<string, string> = {
    counter: String(counter),
    ...(typeof meter === "string" && { meter }),
    step: numberInput(
      decimal("1")
        .div(decimal(`1${"0".repeat(counts.places)}`))
        .toFixed(),
    ),
    fresh_s: numberInput(`${Math.max(leastFresh, freshPolls * counts.every) / 1000}`),
  };
  if (inputs.most === undefined)
    problems.push(
      say(
        ["inputs"],
        "a consumption needs most: what is more in an hour is no consumption",
        `most: { value: , unit: ${counts.unit} }`,
      ),
    );
  for (const name of numbers) {
    const given = inputs[name];
    if (given === undefined) continue;
    const unit = name === "fresh_s" ? "s" : counts.unit;
    const times = typeof given === "string" ? undefined : timesOf(given.unit, unit);
    if (typeof given === "string" || times === undefined)
      problems.push(
        say(
          ["inputs", name],
          typeof given === "string"
            ? `${name} is a number of the counter, not a channel`
            : `${given.value} is in ${given.unit}, and ${name} is in ${unit}`,
          `{ value: , unit: ${unit} }`,
        ),
      );
    else if (!decimal(given.value).gt(decimal("0")))
      problems.push(say(["inputs", name], `${name} is ${given.value}`, "a number above zero"));
    else spelt[name] = numberInput(product(given.value, times));
  }
  problems.push(...aroundProblems(spelt, say));
  return { spelt, unit: counts.unit, problems };
}

/** A counter that could run around within the hour would tell nothing. */
function aroundProblems({ most, modulus }: Readonly<Record<string, string>>, say: Say): Problem[] {
  if (most === undefined || modulus === undefined) return [];
  if (decimal(modulus.slice(1)).gt(decimal(most.slice(1)))) return [];
  const message = "in an hour it could run past its last digit and to where it was";
  return [say(["inputs", "modulus"], message, "a modulus above `most`; nothing where it has no last digit")];
}
