import { expect, test } from "vitest";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import type { ModbusProfile } from "../../../drivers/profile.ts";
import { lineOf, probed, simulated, unit } from "./kit.ts";

const { profiles } = loadCatalogue();

test("values in a reply of the maker's own are shown with the places and units of the profile", async () => {
  const { line } = await simulated("{ id: l, transport: rtu, meters: [{ id: m, model: pat2000, unit: 3 }] }");
  const profile = profiles.get("anrongxin/pat2000") as ModbusProfile;
  const { events } = await probed(lineOf(line), { devices: [{ address: "3", profile }] });
  const values = events.flatMap((event) => (event.is === "value" ? [[event.id, event.text, event.unit]] : []));
  expect(values).toEqual([
    ["temperature", expect.stringMatching(/^-?\d+\.\d$/), "°C"],
    ["pressure", expect.stringMatching(/^-?\d+\.\d{3}$/), "kPa"],
    ["velocity", expect.stringMatching(/^-?\d+\.\d{1,3}$/), "m/s"],
  ]);
});

test("floats one behind the other are marked, and nothing between them, for a meter of which nothing is known", async () => {
  const { line } = await simulated("{ id: l, transport: rtu, meters: [{ id: m, model: sdm630, unit: 3 }] }");
  const { events } = await probed(lineOf(line), unit(3));
  const rows = events.flatMap((event) => (event.is === "registers" ? [event.guesses] : []));
  const best = rows.map((guesses) => guesses.flatMap((one) => (one.best ? [`${one.type} ${one.order}`] : [])));
  // Three voltages and the first current, in two registers each.
  expect(best).toEqual(Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? ["float32 ABCD"] : [])));
});

test.each([
  [
    "{ id: l, transport: dlt645, meters: [{ id: m, model: dlt645-2007, unit: '000012345678' }] }",
    "generic/dlt645-2007",
    "import",
    "kWh",
  ],
  ["{ id: l, transport: dcon, meters: [{ id: m, model: m7017, unit: 2 }] }", "icpdas/i-7017", "ai1", "mA"],
] as const)("the values of a profile are shown on %s", async (at, id, point, measure) => {
  const { line } = await simulated(at);
  const profile = profiles.get(id);
  if (profile === undefined) throw new Error(id);
  const { outcome, events } = await probed(lineOf(line), { profile });
  const values = events.flatMap((event) => (event.is === "value" ? [event] : []));
  expect(values.map((value) => value.id).filter((one) => profile.points.some((known) => known.id === one))).toEqual(
    profile.points.map((known) => known.id),
  );
  expect(values.find((value) => value.id === point)).toMatchObject({
    text: expect.stringMatching(/^\d+\.\d+$/),
    unit: measure,
  });
  expect(outcome).toBe("good");
});
