import { type Decimal, decimal, rounded } from "./decimal.ts";
import { exponential, mostOfExponential } from "./exponential.ts";
import type { Call, Comparison, Condition, Node, Sign } from "./expression.ts";
import { absent, found, type NoValue, type Outcome } from "./outcome.ts";

export type Names = ReadonlyMap<string, Decimal>;
export type Program = (names: Names) => Outcome;
/** Undefined where the condition holds; else the reason it does not, or why it cannot be told. */
export type Check = (names: Names) => NoValue | undefined;

const zero = decimal("0");
const one = decimal("1");
/** A divisor nearer to zero makes digits out of the noise of the dividend. */
const leastDivisor = decimal("1e-20");
const mostMagnitude = 60;
const mostPlaces = 60;

/**
 * An expression as a function of its names. It returns a value or a reason, for any values, and never throws.
 *
 * Sums and products are exact to 60 places after the point, quotients, roots and exponentials to 40; a number of 1e60 and
 * above is no quantity of a plant ("derive.range").
 */
export function program(node: Node): Program {
  switch (node.kind) {
    case "number": {
      const value = bounded(decimal(node.text));
      return () => value;
    }
    case "name":
      return (names) => {
        const value = names.get(node.name);
        return value === undefined ? absent("derive.input-missing", node.name) : bounded(value);
      };
    case "minus":
      return over(node.of, (value) => found(zero.minus(value)));
    case "round":
      return over(node.of, (value) => found(rounded(value, node.places)));
    case "power":
      return over(node.base, (base) => power(base, node.exponent));
    case "binary":
      return binary(node.sign, program(node.left), program(node.right));
    case "call":
      return node.of.length === 1 && node.of[0] !== undefined
        ? over(node.of[0], functions[node.call])
        : choice(node.call === "max" ? "gt" : "lt", node.of.map(program));
  }
}

export function check(condition: Condition, otherwise: NoValue): Check {
  const left = program(condition.left);
  const right = program(condition.right);
  return (names) => {
    const one = left(names);
    if (!one.ok) return one.why;
    const other = right(names);
    if (!other.ok) return other.why;
    return compare[condition.comparison](one.value, other.value) ? undefined : otherwise;
  };
}

const compare: Readonly<Record<Comparison, (one: Decimal, other: Decimal) => boolean>> = {
  "<": (one, other) => one.lt(other),
  "<=": (one, other) => one.lte(other),
  ">": (one, other) => one.gt(other),
  ">=": (one, other) => one.gte(other),
};

function over(node: Node, compute: (value: Decimal) => Outcome): Program {
  const of = program(node);
  return (names) => {
    const value = of(names);
    return value.ok ? compute(value.value) : value;
  };
}

function binary(sign: Sign, left: Program, right: Program): Program {
  return (names) => {
    const one = left(names);
    if (!one.ok) return one;
    const other = right(names);
    return other.ok ? combined(sign, one.value, other.value) : other;
  };
}

function combined(sign: Sign, left: Decimal, right: Decimal): Outcome {
  if (sign === "+") return bounded(left.plus(right));
  if (sign === "-") return bounded(left.minus(right));
  if (sign === "*") return bounded(left.times(right));
  return right.abs().lt(leastDivisor) ? absent("derive.division") : bounded(left.div(right));
}

function power(base: Decimal, exponent: number): Outcome {
  let result = found(one);
  for (let n = 0; n < exponent && result.ok; n += 1) result = bounded(result.value.times(base));
  return result;
}

const functions: Readonly<Record<Call, (value: Decimal) => Outcome>> = {
  sqrt: (value) => (value.lt(zero) ? absent("derive.negative") : found(value.sqrt())),
  exp: (value) =>
    value.abs().gt(decimal(String(mostOfExponential))) ? absent("derive.range") : found(exponential(value)),
  max: found,
  min: found,
};

function choice(better: "gt" | "lt", of: readonly Program[]): Program {
  return (names) => {
    let best: Decimal | undefined;
    for (const one of of) {
      const value = one(names);
      if (!value.ok) return value;
      if (best === undefined || value.value[better](best)) best = value.value;
    }
    return best === undefined ? absent("derive.input-missing") : found(best);
  };
}

/** What every number is held to on its way, so that no formula can grow one without end. */
export function bounded(value: Decimal): Outcome {
  if (value.e >= mostMagnitude) return absent("derive.range");
  const places = value.c.length - 1 - value.e;
  return found(places > mostPlaces ? rounded(value, mostPlaces, "half-even") : value);
}
