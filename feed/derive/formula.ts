import { type Check, check, type Program, program } from "./compute.ts";
import { type Read, readCondition, readExpression } from "./expression.ts";
import type { NoValue } from "./outcome.ts";

/** What a quantity refers to. A member that is left out: the formula holds for either. */
export interface Basis {
  readonly moisture?: "wet" | "dry";
  readonly conditions?: "actual" | "standard";
  readonly oxygen?: "measured" | "reference";
}

export interface Quantity {
  readonly unit: string;
  readonly basis?: Basis;
}

export interface Input extends Quantity {
  /** "channel" (the default): measured or derived. "parameter": a number of the site's configuration. */
  readonly role?: "channel" | "parameter";
}

export interface Output extends Quantity {
  /** What the value is called in a trace. */
  readonly symbol: string;
  /** The input whose basis the value keeps, in whatever `basis` does not state. */
  readonly follows?: string;
}

export interface Requirement {
  /** A condition in the words of expression.ts; it must hold, or there is no value. */
  readonly expression: string;
  readonly otherwise: NoValue;
}

/** A formula is data: one expression, what it stands for and where it comes from. Names of inputs and constants end in units. */
export interface FormulaData {
  readonly id: string;
  readonly title: { readonly en: string; readonly zh: string };
  /** The standard and clause. */
  readonly source: string;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly constants: readonly string[];
  readonly output: Output;
  /** The one truth: the value is computed from this text, and a trace prints it. */
  readonly expression: string;
  readonly requires: readonly Requirement[];
  /** Places after the point, half away from zero, where the standard makes the rounded number the value. */
  readonly rounding?: { readonly places: number };
}

/** Decimal strings by the constant's name. */
export type Constants = Readonly<Record<string, string>>;

/** A formula, ready to compute. */
export interface Formula extends FormulaData {
  /** The expression with the standard's rounding around it: all of the value, in one text. */
  readonly full: string;
  readonly program: Program;
  readonly checks: readonly (Requirement & { readonly check: Check })[];
}

/** Throws where an expression cannot be read: a mistake in our own source, not in anybody's data. */
export function formula(data: FormulaData): Formula {
  const full = data.rounding === undefined ? data.expression : `round(${data.expression}, ${data.rounding.places})`;
  const checks = data.requires.map((requirement) => ({
    ...requirement,
    check: check(must(data.id, readCondition(requirement.expression)), requirement.otherwise),
  }));
  return { ...data, full, program: program(must(data.id, readExpression(full))), checks };
}

function must<T>(id: string, text: Read<T>): T {
  if (text.ok) return text.read;
  throw new TypeError(`formula ${id}: ${text.problem} (character ${text.at})`);
}
