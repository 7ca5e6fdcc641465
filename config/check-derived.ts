import type { Problem } from "../drivers/problem.ts";
import { decimal } from "../feed/derive/decimal.ts";
import { channelInput, isLonger, numberInput } from "../feed/derive/declared.ts";
import type { Basis, Formula, Quantity } from "../feed/derive/formula.ts";
import { timesOf } from "../feed/derive/units.ts";
import type { Period } from "../feed/format/body.ts";
import { nearest } from "../feed/yaml/nearest.ts";
import type { DerivedChannelFile } from "./derived-form.ts";

/** What an input may build on. A measured channel has no period of its own: it is averaged over whichever is asked for. */
export interface Known extends Quantity {
  readonly at?: Period;
}

export type Say = (path: readonly PropertyKey[], message: string, instead: string, part?: "key" | "value") => Problem;

/** The inputs of one derived channel against its formula: the spelling of each for the journal, and the basis of the result. */
export function checkInputs(
  { id, at, inputs }: DerivedChannelFile,
  formula: Formula,
  known: ReadonlyMap<string, Known>,
  say: Say,
): { readonly spelt: Readonly<Record<string, string>>; readonly basis: Basis; readonly problems: readonly Problem[] } {
  const spelt: Record<string, string> = {};
  const problems: Problem[] = [];
  const bases: Record<string, Basis> = {};
  const wanted = Object.keys(formula.inputs);
  for (const name of Object.keys(inputs))
    if (!wanted.includes(name))
      problems.push(
        say(["inputs", name], `${formula.id} has no input ${name}`, nearest(name, wanted) ?? wanted.join(", "), "key"),
      );
  for (const [name, asked] of Object.entries(formula.inputs)) {
    const given = inputs[name];
    const place = ["inputs", name];
    if (given === undefined) {
      problems.push(
        say(
          ["inputs"],
          `${formula.id} needs ${name} (${asked.unit})`,
          `${name}: a channel or { value: , unit: ${asked.unit} }`,
        ),
      );
      continue;
    }
    const source: Known | undefined = typeof given === "string" ? known.get(given) : { unit: given.unit };
    if (source === undefined) {
      const near = typeof given === "string" ? nearest(given, [...known.keys()]) : undefined;
      problems.push(
        say(place, `there is no channel ${String(given)}`, near ?? "a measured channel or one of `derived.channels`"),
      );
      continue;
    }
    const times = timesOf(source.unit, asked.unit);
    const what = typeof given === "string" ? `${given} is in ${source.unit}` : `${given.value} is in ${given.unit}`;
    if (times === undefined) {
      problems.push(
        say(place, `${what}, and ${formula.id} takes ${name} in ${asked.unit}`, `a channel in ${asked.unit}`),
      );
      continue;
    }
    if (typeof given !== "string") {
      spelt[name] = numberInput(times === "1" ? given.value : product(given.value, times));
      continue;
    }
    if (source.at !== undefined && isLonger(source.at, at))
      problems.push(say(place, `${given} is made each ${source.at}, and ${id} each ${at}`, `at: ${source.at}`));
    problems.push(...basisProblems(given, source.basis ?? {}, asked.basis ?? {}, formula, say, place));
    bases[name] = source.basis ?? {};
    spelt[name] = channelInput(given, times);
  }
  const kept = formula.output.follows === undefined ? {} : bases[formula.output.follows];
  return { spelt, basis: { ...kept, ...formula.output.basis }, problems };
}

const aspects = ["moisture", "conditions", "oxygen"] as const;

/** Wet with dry, or actual with standard: an hour later nobody could tell that the number is wrong. */
function basisProblems(
  channel: string,
  has: Basis,
  asked: Basis,
  formula: Formula,
  say: Say,
  place: readonly PropertyKey[],
): Problem[] {
  return aspects.flatMap((aspect) => {
    const [is, wants] = [has[aspect], asked[aspect]];
    if (wants === undefined || is === wants) return [];
    if (is === undefined)
      return [
        say(
          place,
          `${formula.id} takes a ${wants} value, and nothing says what ${channel} is`,
          `bases: { ${channel}: { ${aspect}: ${wants} } } under \`derived\`, if it is`,
        ),
      ];
    return [
      say(
        place,
        `${channel} is ${is}, and ${formula.id} takes a ${wants} value`,
        `a channel that is ${wants}; a formula can make one of ${channel}`,
      ),
    ];
  });
}

const product = (value: string, times: string): string => decimal(value).times(times).toFixed();
