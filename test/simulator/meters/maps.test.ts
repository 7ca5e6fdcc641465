import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import { isInRegister } from "../../../drivers/profile.ts";
import { type Cell, widthOf } from "../../../simulator/meters/model.ts";
import { models } from "../../../simulator/meters/models.ts";
import { about, deviceNames } from "../../../simulator/meters/speakers.ts";
import { unit350 } from "../../../simulator/plant/combustion.ts";
import { startPlant } from "../../../simulator/plant/world.ts";
import { modbusProfiles } from "../../support/modbus-profiles.ts";

// Two register maps of each device, written apart from each other, must say the same.
const profiles = modbusProfiles();
const sizes: Readonly<Record<string, Cell["as"]>> = {
  float32: "float32",
  uint32: "uint32",
  uint16: "uint16",
  int16: "uint16",
  bitfield16: "uint16",
  bit: "bit",
};

test("every simulated device has a profile, and no two of them the same", () => {
  const named = Object.values(models).map(({ profile }) => profile);
  expect(named.filter((id) => !profiles.has(id))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});

test("every device of another protocol has a profile of that protocol", () => {
  const { profiles: all } = loadCatalogue();
  const others = deviceNames.filter((name) => !Object.hasOwn(models, name));
  expect(others.map((name) => all.get(about(name).profile)?.protocol)).toEqual(["dlt645-2007", "dlt645-1997", "dcon"]);
});

describe.each(Object.entries(models))("%s", (_, model) => {
  const profile = profiles.get(model.profile);

  test("has every value of its profile at the same place in the same form", () => {
    expect(profile?.points.length).toBeGreaterThan(0);
    for (const { id, at, type, order } of [
      ...(profile?.points ?? []),
      ...(model.settings ? (profile?.settings ?? []) : []),
    ].filter(isInRegister)) {
      const cell = model.cells.find(({ point, table }) => point === id && table === at.table);
      expect(cell, id).toMatchObject({ address: at.address, as: sizes[type] });
      if (cell && widthOf(cell) > 1) expect(cell.order, id).toBe(order);
    }
  });

  test("has every value of its maker's own requests at the same byte", () => {
    const inReplies = (profile?.points ?? []).filter((point) => !isInRegister(point));
    expect(Object.fromEntries(inReplies.map(({ id, at }) => [id, "offset" in at ? at.offset : at]))).toEqual(
      model.own?.points ?? {},
    );
    for (const { type, order } of inReplies) expect([type, order]).toEqual(["float32", "DCBA"]);
    expect(
      (profile?.requests ?? []).map((request) => [request.function, request.data.toLowerCase(), request.reply]),
    ).toEqual(model.own ? [[0x66, model.own.request.slice(2), model.own.blank.length - 1]] : []);
  });

  test("has the states its profile reads", () => {
    for (const { id, at } of (profile?.status ?? []).filter(isInRegister)) {
      const held = model.cells.some(
        (cell) => cell.table === at.table && cell.address <= at.address && at.address < cell.address + widthOf(cell),
      );
      expect(held, id).toBe(true);
    }
  });

  test("takes requests as long as its profile makes them", () => {
    expect(profile?.limits.maxRegisters).toBeLessThanOrEqual(model.maxRegisters);
  });

  test("no two values share a register", () => {
    const places = model.cells.flatMap((cell) =>
      Array.from({ length: widthOf(cell) }, (_, offset) => `${cell.table} ${cell.address + offset}`),
    );
    expect(new Set(places).size).toBe(places.length);
  });

  test("says a finite number for every value and nothing else", () => {
    const { plant, totals } = startPlant(unit350, 1, () => 100)();
    const settings = model.settings ?? {};
    const values = {
      ...settings,
      ...model.values({ plant, totals, condition: "measuring", settings, scatter: () => 0.5 }),
    };
    expect(Object.keys(values).sort()).toEqual(
      [...new Set([...model.cells.map(({ point }) => point), ...Object.keys(model.own?.points ?? {})])].sort(),
    );
    for (const value of Object.values(values)) expect(Number.isFinite(value)).toBe(true);
  });
});
