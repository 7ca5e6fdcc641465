import { expect, test } from "vitest";
import { withoutCounts } from "../../../feed/derive/without-counts.ts";
import type { ConfigBody, Derivation } from "../../../feed/format/body.ts";

const how = (formula: string, inputs: Readonly<Record<string, string>>): Derivation => ({
  formula,
  in: inputs,
  at: "hour",
  longer: "mean",
  constants: "hj",
  regime: "hj",
});
const config: ConfigBody = {
  type: "config",
  t: "2026-10-01T00:00:00.000Z",
  points: {},
  derive: {
    "coal.used": how("consumption", { counter: "coal.total", most: "=100" }),
    "coal.co2": how("fuel-co2", { FC_t: "coal.used" }),
    "so2.dry": how("concentration-wet-to-dry", { C_mg_m3: "cems.so2", X_pct: "cems.h2o" }),
  },
  sha256: "",
  by: "site",
};
const members = <T>(value: T) => ({ "coal.used": value, "coal.co2": value, "so2.dry": value });

test("what is counted, and what is made of it, is left to its own periods", () => {
  const entry = { data: members(["1", "N"] as const), n: members([60, 60] as const) };
  const rest = withoutCounts(config, entry);
  expect(Object.keys(rest.config.derive ?? {})).toEqual(["so2.dry"]);
  expect([Object.keys(rest.entry.data), Object.keys(rest.entry.n), rest.whole]).toEqual([
    ["so2.dry"],
    ["so2.dry"],
    false,
  ]);
});

test("where nothing is counted everything is computed again", () => {
  const { derive = {}, ...others } = config;
  const plain = { ...others, derive: { "so2.dry": derive["so2.dry"] as Derivation } };
  const entry = { data: {}, n: {} };
  expect(withoutCounts(plain, entry)).toEqual({ config: plain, entry, whole: true });
});
