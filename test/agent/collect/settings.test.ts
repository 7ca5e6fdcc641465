import { expect, test } from "vitest";
import { type Settings, settingsEvent, settingsOf } from "../../../agent/collect/settings.ts";
import type { Setting } from "../../../drivers/profile.ts";
import type { Reading } from "../../../feed/format/reading.ts";

const setting = (id: string): Setting => ({
  id,
  quantity: id,
  type: "float32",
  unit: "1",
  scale: "1",
  places: 2,
  sentinels: [],
  source: "synthetic",
});
const settings = [setting("slope"), setting("offset")];
const known: Settings = { "co.slope": "1.00", "co.offset": "0.00" };

/** What is told when these values are read; "" is one that could not be read. */
function told(values: Readonly<Record<string, string>>, before: Settings) {
  const readings = new Map<string, Reading>(
    Object.entries(values).map(([id, value]) => [
      id,
      value === ""
        ? { kind: "missing", flag: "B", reason: "E_BUS_TIMEOUT" }
        : { kind: "measured", value, flag: "M", reason: "maintenance" },
    ]),
  );
  return settingsEvent("co", settings, before, readings);
}

test("the first time all of them are told, with nothing before", () => {
  expect(told({ slope: "1.00", offset: "0.00", co: "12.3" }, {})).toEqual({
    code: "SETTING_FIRST",
    detail: "co.slope is 1.00; co.offset is 0.00",
    set: { "co.slope": [null, "1.00"], "co.offset": [null, "0.00"] },
    now: known,
  });
});

test("as long as they stay what they were there is nothing to tell", () => {
  expect(told({ slope: "1.00", offset: "0.00" }, known)).toBeUndefined();
  expect(told({ co: "12.3" }, known)).toBeUndefined();
});

test("a change is told with before and after, beside all the others", () => {
  expect(told({ slope: "1.08", offset: "0.00" }, known)).toEqual({
    code: "SETTING_CHANGED",
    detail: "co.slope 1.00 -> 1.08",
    set: { "co.slope": ["1.00", "1.08"], "co.offset": ["0.00", "0.00"] },
    now: { "co.slope": "1.08", "co.offset": "0.00" },
  });
});

test("one that could not be read says nothing, and stays what it was", () => {
  expect(told({ slope: "", offset: "" }, known)).toBeUndefined();
  expect(told({ slope: "", offset: "0.50" }, known)).toMatchObject({
    code: "SETTING_CHANGED",
    set: { "co.slope": ["1.00", "1.00"], "co.offset": ["0.00", "0.50"] },
  });
});

test("one that is read for the first time later is a first time too, and with a change beside it a change", () => {
  const slopeOnly: Settings = { "co.slope": "1.00" };
  expect(told({ slope: "1.00", offset: "0.00" }, slopeOnly)).toMatchObject({
    code: "SETTING_FIRST",
    detail: "co.offset is 0.00",
    set: { "co.slope": ["1.00", "1.00"], "co.offset": [null, "0.00"] },
  });
  expect(told({ slope: "1.08", offset: "0.00" }, slopeOnly)).toMatchObject({
    code: "SETTING_CHANGED",
    detail: "co.slope 1.00 -> 1.08; co.offset unread -> 0.00",
  });
});

test("what was told last can be told from the event", () => {
  expect(settingsOf({ set: { "co.slope": ["1.00", "1.08"], "co.offset": [null, "0.00"] } })).toEqual({
    "co.slope": "1.08",
    "co.offset": "0.00",
  });
  expect(settingsOf({})).toEqual({});
});

test("the words of a hundred changes fit into an entry", () => {
  const many = Array.from({ length: 100 }, (_, i) => setting(`s${i}`));
  const readings = new Map<string, Reading>(many.map(({ id }) => [id, { kind: "measured", value: "1.00", flag: "N" }]));
  const event = settingsEvent("co", many, {}, readings);
  expect(event?.detail).toHaveLength(1000);
  expect(event?.detail).toMatch(/\.\.\.$/);
  expect(Object.keys(event?.set ?? {})).toHaveLength(100);
});
