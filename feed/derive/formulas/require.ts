/** Domain checks that several formulas share, on the names they share. */
import type { Requirement } from "../formula.ts";
import type { NoValue } from "../outcome.ts";

const need =
  (otherwise: NoValue) =>
  (...expressions: readonly string[]): readonly Requirement[] =>
    expressions.map((expression) => ({ expression, otherwise }));

export const inRange = need("derive.range");
export const notNegative = (...names: readonly string[]): readonly Requirement[] =>
  need("derive.negative")(...names.map((name) => `${name} >= 0`));

/** Stack pressure is measured against the air outside. */
export const pressure = need("derive.pressure")("Ba_Pa + Ps_Pa > 0");
export const temperature = need("derive.temperature")("T0_K + t_C > 0");

export const moisture = (name = "X_pct"): readonly Requirement[] =>
  need("derive.moisture")(`${name} >= 0`, `${name} < 100`);

/**
 * Water that a gas of this temperature cannot hold. Magnus form with the coefficients of Alduchov and Eskridge (1996),
 * 610.94 Pa exp(17.625 t / (t + 243.04)). Above 200 °C no stack's pressure is near to saturation, and the end stands in.
 */
export const saturationPressure = "610.94 * exp(17.625 * min(max(t_C, -40), 200) / (min(max(t_C, -40), 200) + 243.04))";

/** Needs Ba_Pa, Ps_Pa, t_C and the constant X_margin_pct: behind a wet scrubber an honest reading lies around saturation. */
export const unsaturated = need("derive.moisture")(
  `X_pct <= 100 * ${saturationPressure} / (Ba_Pa + Ps_Pa) + X_margin_pct`,
);

/** Oxygen that divides: it must keep away from that of air. */
export const oxygenDivides = (name = "O2_pct"): readonly Requirement[] =>
  need("derive.oxygen")(`${name} >= 0`, `${name} <= O2_max_pct`);
export const oxygen = need("derive.oxygen");
