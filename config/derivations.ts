import type { Problem, Reporter } from "../drivers/problem.ts";
import { regimes } from "../feed/derive/average/regimes.ts";
import { formulaById, formulas } from "../feed/derive/catalogue.ts";
import { type ConstantSetId, constantSetIds, constantsOf } from "../feed/derive/constants.ts";
import { consumption } from "../feed/derive/counter-input.ts";
import type { Formula } from "../feed/derive/formula.ts";
import { inOrderOf } from "../feed/derive/order.ts";
import { regimeFrom, regimeNamed } from "../feed/derive/regime.ts";
import type { Derivation, Period } from "../feed/format/body.ts";
import type { Result } from "../feed/format/faults.ts";
import { good } from "../feed/format/faults.ts";
import { nearest } from "../feed/yaml/nearest.ts";
import { type Countable, checkCounter } from "./check-counter.ts";
import { checkInputs, type Known, type Say } from "./check-derived.ts";
import type { DerivedChannelFile, DerivedFile } from "./derived-form.ts";
import { twins } from "./loose.ts";

/** A derived channel as the agent makes it. */
export interface DerivedChannel {
  readonly id: string;
  readonly unit: string;
  readonly places: number;
  readonly how: Derivation;
}

/** Of each measured channel; `every` is how often it is read, in ms; `checks` are the reasons of its states with flag C; `pushed` by a logger. */
export type MeasuredChannels = ReadonlyMap<
  string,
  {
    readonly unit: string;
    readonly places: number;
    readonly every: number;
    readonly checks?: readonly string[];
    readonly pushed?: boolean;
  }
>;

/** A mean keeps so many places more than what it is the mean of. */
const morePlaces = 2;

/**
 * Every derived channel after those it is made of, the means of measured channels first. Or what does not fit: names, units,
 * bases, periods, cycles.
 */
export function resolveDerived(
  file: DerivedFile,
  measured: MeasuredChannels,
  report: Reporter,
  settings: ReadonlySet<string> = new Set(),
): Result<readonly DerivedChannel[], readonly Problem[]> {
  const known = new Map<string, Known>(
    [...measured].map(([id, { unit }]) => [id, { unit, basis: { oxygen: "measured", ...file.bases[id] } }]),
  );
  const problems = nameProblems(file, measured, report);
  // One whose name is taken is checked like the others, under a name that nothing can ask for.
  const taken = new Set([...measured.keys()]);
  const names = file.channels.map(({ id }, index) => {
    const name = taken.has(id) ? `${index}` : id;
    taken.add(id);
    return name;
  });
  const order = inOrderOf(file.channels.map((one, index) => ({ id: names[index] ?? "", needs: needsOf(one) })));
  const around = order.cycle.map((index) => file.channels[index]?.id).join(", ");
  for (const index of order.cycle.slice(0, 1))
    problems.push(
      report(
        "E_CONFIG_DERIVED",
        ["derived", "channels", index, "inputs"],
        `it is made of itself, by way of ${around}`,
        "inputs that do not lead back to it",
      ),
    );
  const made: DerivedChannel[] = [];
  for (const index of order.sorted) {
    const one = file.channels[index] as DerivedChannelFile;
    const say: Say = (path, ...rest) => report("E_CONFIG_DERIVED", ["derived", "channels", index, ...path], ...rest);
    const found =
      one.formula === consumption
        ? checkConsumption(one, file, { measured, settings }, say)
        : checkOne(one, file, known, say);
    problems.push(...found.problems);
    if (found.channel) made.push(found.channel);
    known.set(names[index] ?? "", found.known);
  }
  if (problems.length > 0) return { ok: false, problem: problems };
  const all = [...meansFor(file, measured), ...made];
  const unknown = Object.keys(file.substitutes).filter((id) => !all.some((one) => one.id === id));
  if (unknown.length === 0) return good(all);
  const ids = all.map(({ id }) => id);
  const said = unknown.map((id) =>
    report(
      "E_CONFIG_DERIVED",
      ["derived", "substitutes", id],
      `${id} is not derived`,
      nearest(id, ids) ?? "one of `derived.channels` or `derived.means`",
      "key",
    ),
  );
  return { ok: false, problem: said };
}

/** Channels an input names are made before it; so is what its longer means are weighted with. */
const needsOf = ({ inputs, weight }: DerivedChannelFile): string[] => [
  ...Object.values(inputs).filter((input) => typeof input === "string"),
  ...(weight === undefined ? [] : [weight]),
];

function checkOne(
  one: DerivedChannelFile,
  file: DerivedFile,
  known: ReadonlyMap<string, Known>,
  say: Say,
): { readonly problems: readonly Problem[]; readonly channel?: DerivedChannel; readonly known: Known } {
  const { id, at, longer, weight, places } = one;
  const formula = formulaById(one.formula);
  if (formula === undefined) {
    const near = nearest(one.formula, [consumption, ...formulas.map(({ id }) => id)]);
    const problem = say(["formula"], `there is no formula ${one.formula}`, near ?? "one of feed/derive/README.md");
    return { problems: [problem], known: { unit: "?", at } };
  }
  const { spelt, basis, problems } = checkInputs(one, formula, known, say);
  const unknownWeight =
    weight === undefined || known.has(weight)
      ? []
      : [say(["weight"], `there is no channel ${weight}`, nearest(weight, [...known.keys()]) ?? "a flow")];
  const { constants = file.constants, regime = file.regime } = one;
  const rules = ruleProblems(formula, constants, regime, at, say);
  const how: Derivation = {
    formula: formula.id,
    in: spelt,
    at,
    longer,
    ...(weight !== undefined && { weight }),
    constants,
    regime,
    ...flagsOf(file),
  };
  const { unit } = formula.output;
  return {
    problems: [...problems, ...unknownWeight, ...rules],
    channel: { id, unit, places, how },
    known: { unit, basis, at },
  };
}

/** What a totaliser counted; its periods hold amounts, so days are not means of hours. */
function checkConsumption(
  one: DerivedChannelFile,
  file: DerivedFile,
  countable: Countable,
  say: Say,
): { readonly problems: readonly Problem[]; readonly channel: DerivedChannel; readonly known: Known } {
  const { id, at, places, constants = file.constants, regime = file.regime } = one;
  const { spelt, unit, problems } = checkCounter(one, countable, say);
  const own = countable.measured.get(one.inputs.counter as string)?.pushed === true && { own: file.loggerClock };
  const how: Derivation = { formula: consumption, in: spelt, at, ...own, longer: "sum", constants, regime };
  return {
    problems: [...problems, ...ruleProblems({ id: consumption, constants: [] }, constants, regime, at, say)],
    channel: { id, unit, places, how },
    known: { unit, at, amount: true },
  };
}

/** The constants a formula needs are in the set, and the regime knows periods of that length. */
function ruleProblems(
  formula: Pick<Formula, "id" | "constants">,
  constants: string,
  regime: string,
  at: Period,
  say: Say,
): Problem[] {
  const numbers = isConstantSet(constants) ? constantsOf(constants) : undefined;
  const lacking = formula.constants.filter((name) => numbers !== undefined && !(name in numbers));
  const rules = regimeNamed(regime);
  const sets = constantSetIds.join(", ");
  return [
    ...(numbers === undefined ? [say(["constants"], `there is no set of constants ${constants}`, sets)] : []),
    ...lacking.map((name) => say(["constants"], `${constants} does not hold ${name}, which ${formula.id} needs`, sets)),
    ...(rules === undefined
      ? [say(["regime"], `there are no rules ${regime}`, regimes.map(({ id }) => id).join(", "))]
      : regimeFrom(rules, at) === undefined
        ? [say(["at"], `${regime} has no rule for a ${at}`, rules.levels.map(({ period }) => period).join(", "))]
        : []),
  ];
}
const isConstantSet = (id: string): id is ConstantSetId => (constantSetIds as readonly string[]).includes(id);

/** The mean of each measured channel that is asked for, or that a formula or a weight needs. */
function meansFor(file: DerivedFile, measured: MeasuredChannels): DerivedChannel[] {
  const averaged = file.channels.filter(({ formula }) => formula !== consumption);
  const needed = new Set([...file.means, ...averaged.flatMap(needsOf)]);
  return [...measured].flatMap(([id, { unit, places, every, pushed = false }]) =>
    needed.has(id)
      ? [
          {
            id,
            unit,
            places: Math.min(12, places + morePlaces),
            how: {
              formula: "mean",
              in: { x: id },
              at: "minute",
              every,
              longer: "mean",
              constants: file.constants,
              regime: file.regime,
              ...flagsOf(file),
              ...(pushed && { own: file.loggerClock }),
            },
          } as const,
        ]
      : [],
  );
}

/** What the site puts in the place of its regimes' flags. */
const flagsOf = ({ flags: { normal, stopped } }: DerivedFile): Pick<Derivation, "normal" | "stopped"> => ({
  ...(normal !== undefined && { normal }),
  ...(stopped === "F" && { stopped }),
});

function nameProblems(file: DerivedFile, measured: MeasuredChannels, report: Reporter): Problem[] {
  const ids = [...measured.keys()];
  const noChannel = (path: PropertyKey[], channel: string, part: "key" | "value"): Problem[] =>
    measured.has(channel)
      ? []
      : [
          report(
            "E_CONFIG_DERIVED",
            path,
            `no device has a channel ${channel}`,
            nearest(channel, ids) ?? "the name of a measured channel, <device>.<point>",
            part,
          ),
        ];
  const taken = file.channels.flatMap(({ id }, index) =>
    measured.has(id)
      ? [report("E_CONFIG_CHANNEL", ["derived", "channels", index, "id"], `${id} is measured`, "another name")]
      : [],
  );
  const twice = twins(file.channels, ({ id }) => id).map(({ index }) =>
    report("E_CONFIG_CHANNEL", ["derived", "channels", index, "id"], "two channels have this name", "another name"),
  );
  return [
    ...Object.keys(file.bases).flatMap((channel) => noChannel(["derived", "bases", channel], channel, "key")),
    ...file.means.flatMap((channel, index) => noChannel(["derived", "means", index], channel, "value")),
    ...taken,
    ...twice,
  ];
}
