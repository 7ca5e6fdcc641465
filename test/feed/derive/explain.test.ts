import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formulaById } from "../../../feed/derive/catalogue.ts";
import { constantsOf } from "../../../feed/derive/constants.ts";
import { decimal } from "../../../feed/derive/decimal.ts";
import { explain } from "../../../feed/derive/explain.ts";
import type { Formula } from "../../../feed/derive/formula.ts";
import { root } from "../../support/program.ts";

const named = (id: string): Formula => formulaById(id) as Formula;
const readme = readFileSync(join(root, "feed/derive/README.md"), "utf8");
const indented = (text: string): string => text.replaceAll(/^/gm, "    ");

test("a value is shown with its expression, the values in it and what it needs, as the README says", () => {
  const inputs = { C_mg_m3: "100", t_C: "120", Ps_Pa: "-2000", Ba_Pa: "101325" };
  const { text } = explain(named("concentration-to-standard"), inputs, constantsOf("hj"), 4);
  expect(readme).toContain(indented(text));
});

test("where there is none, the reason and the requirement with its values", () => {
  const shown = explain(named("excess-air"), { O2_pct: "20.95" }, constantsOf("hj"));
  expect(shown.text.split("\n")).toEqual([
    "alpha [1] by excess-air (HJ 212-2017, Annex D.2)",
    "  = O2_air_pct / (O2_air_pct - O2_pct)",
    "  = 21 / (21 - 20.95)",
    "  = no value, derive.oxygen (the oxygen lies outside what the formula holds for: 20.95 <= 20)",
    "  needs O2_pct >= 0: 20.95 >= 0",
    "  needs O2_pct <= O2_max_pct: 20.95 <= 20",
  ]);
});

test("an input that is missing keeps its name", () => {
  const shown = explain(named("emission-rate"), { C_mg_m3: "100", Q_m3_h: null }, {});
  expect(shown).toMatchObject({ substituted: "100 * Q_m3_h * 1e-6", outcome: { why: "derive.input-missing" } });
});

test("a standard's rounding stands in the expression, and a value of another formula goes in with all its digits", () => {
  const inputs = { Fd_scf_per_mmBtu: "9780", Fc_scf_per_mmBtu: "1800", O2_pct: decimal("6.0625") };
  const shown = explain(named("part75-f14a"), inputs, constantsOf("epa"));
  expect(shown.substituted).toBe("round(100 * 1800 * (20.9 - 6.0625) / (9780 * 20.9), 1)");
  expect(shown.outcome).toMatchObject({ ok: true });
});
