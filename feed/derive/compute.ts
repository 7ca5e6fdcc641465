import type { Call, Comparison, Condition, Node, Sign } from "./expression.ts";
import {
  exponential,
  type Fixed,
  fixedOf,
  inBounds,
  magnitude,
  mostOfExponential,
  one,
  over,
  root,
  roundedTo,
  times,
} from "./fixed.ts";
import { type Absent, absent, type NoValue } from "./outcome.ts";

export type Names = ReadonlyMap<string, Fixed>;
export type Computed = Fixed | Absent;
export type Program = (names: Names) => Computed;
/** Undefined where the condition holds; else the reason it does not, or why it cannot be told. */
export type Check = (names: Names) => NoValue | undefined;

const none = (value: Computed): value is Absent => typeof value !== "bigint";

/** A divisor nearer to zero makes digits out of the noise of the dividend. */
const leastDivisor = one / 10n ** 20n;
const tooGreat = absent("derive.range");
const bounded = (value: Fixed): Computed => (inBounds(value) ? value : tooGreat);

/**
 * An expression as a function of its names. It returns a value or a reason, for any values, and never throws. A number of 1e60
 * and above is no quantity of a plant ("derive.range").
 */
export function program(node: Node): Program {
  switch (node.kind) {
    case "number": {
      const value = fixedOf(node.text) ?? tooGreat;
      return () => value;
    }
    case "name":
      return (names) => names.get(node.name) ?? absent("derive.input-missing", node.name);
    case "minus":
      return mapped(node.of, (value) => -value);
    case "round":
      return mapped(node.of, (value) => bounded(roundedTo(value, node.places)));
    case "power":
      return mapped(node.base, (base) => power(base, node.exponent));
    case "binary":
      return binary(node.sign, program(node.left), program(node.right));
    case "call":
      return node.of.length === 1 && node.of[0] !== undefined
        ? mapped(node.of[0], functions[node.call])
        : choice(node.call === "max", node.of.map(program));
  }
}

export function check(condition: Condition, otherwise: NoValue): Check {
  const left = program(condition.left);
  const right = program(condition.right);
  const holds = comparisons[condition.comparison];
  return (names) => {
    const a = left(names);
    if (none(a)) return a.why;
    const b = right(names);
    if (none(b)) return b.why;
    return holds(a, b) ? undefined : otherwise;
  };
}

const comparisons: Readonly<Record<Comparison, (a: Fixed, b: Fixed) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function mapped(node: Node, compute: (value: Fixed) => Computed): Program {
  const of = program(node);
  return (names) => {
    const value = of(names);
    return none(value) ? value : compute(value);
  };
}

function binary(sign: Sign, left: Program, right: Program): Program {
  const compute = operations[sign];
  return (names) => {
    const a = left(names);
    if (none(a)) return a;
    const b = right(names);
    return none(b) ? b : compute(a, b);
  };
}

const operations: Readonly<Record<Sign, (a: Fixed, b: Fixed) => Computed>> = {
  "+": (a, b) => bounded(a + b),
  "-": (a, b) => bounded(a - b),
  "*": (a, b) => bounded(times(a, b)),
  "/": (a, b) => (magnitude(b) < leastDivisor ? absent("derive.division") : bounded(over(a, b))),
};

function power(base: Fixed, exponent: number): Computed {
  let result: Computed = one;
  for (let n = 0; n < exponent && !none(result); n += 1) result = bounded(times(result, base));
  return result;
}

const functions: Readonly<Record<Call, (value: Fixed) => Computed>> = {
  sqrt: (value) => (value < 0n ? absent("derive.negative") : root(value)),
  exp: (value) => (magnitude(value) > mostOfExponential ? tooGreat : exponential(value)),
  max: (value) => value,
  min: (value) => value,
};

function choice(greatest: boolean, of: readonly Program[]): Program {
  return (names) => {
    let best: Fixed | undefined;
    for (const each of of) {
      const value = each(names);
      if (none(value)) return value;
      if (best === undefined || value > best === greatest) best = value;
    }
    return best ?? tooGreat;
  };
}
