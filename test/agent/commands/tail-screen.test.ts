import fc from "fast-check";
import { expect, test } from "vitest";
import {
  columnsFor,
  eventLines,
  fieldLines,
  headLine,
  noColours,
  readingLines,
  width,
} from "../../../agent/commands/tail-screen.ts";
import type { ShownFrame } from "../../../agent/commands/tail-shown.ts";

const frame = (data: ShownFrame["body"]["data"]): ShownFrame => ({
  device: "stack",
  reads: [],
  units: { "stack.so2": "mg/m3", "stack.co": "mg/m3" },
  body: {
    type: "frame",
    t: "2026-05-01T08:00:00.500Z",
    boot: "00000000",
    mono: 0,
    clk: ["none", -1],
    cfg: 0,
    raw: ["", ""],
    at: [
      [10, 30, Date.parse("2026-05-01T08:00:00.400Z")],
      [30, 42, Date.parse("2026-05-01T08:00:00.500Z")],
    ],
    data,
  },
});
const columns = columnsFor([{ device: "stack", points: ["so2", "co"] }]);
const now = Date.parse("2026-05-01T08:00:02.000Z");

test("a reading is one line: value with unit, flag, what the device took, age, and a reason where there is one", () => {
  const lines = readingLines(
    frame({ "stack.so2": ["35.20", "M", "maintenance"], "stack.co": [null, "B", "E_BUS_TIMEOUT"] }),
    columns,
    now,
    noColours,
  );
  expect(lines.map((line) => line.slice(14))).toEqual([
    "stack   so2          35.20  mg/m3    M      32    1.5 s  maintenance",
    "stack   co               -           B      32    1.5 s  E_BUS_TIMEOUT",
  ]);
  expect(headLine(columns).indexOf("value") + 5).toBe((lines[0]?.indexOf("35.20") as number) + 5);
});

test("no line is wider than the screen, and no digit of a value and no word of a reason is lost", () => {
  const text = fc.stringMatching(/^[a-z ]{1,60}$/);
  const value = fc.stringMatching(/^-?\d{1,20}\.\d{1,8}$/);
  fc.assert(
    fc.property(text, value, fc.stringMatching(/^[a-z]{1,20}$/), (reason, number, point) => {
      const shown = frame({ [`stack.${point}`]: [number, "D", reason] });
      const lines = readingLines(shown, columnsFor([{ device: "stack", points: [point] }]), now, noColours);
      return lines.every((line) => line.length <= width) && lines[0]?.includes(number) && lines.join().includes(reason);
    }),
  );
});

test("an event of any length is folded", () => {
  const lines = eventLines({
    t: "2026-05-01T08:00:00.000Z",
    code: "SETTING_CHANGED",
    dev: "x",
    detail: "a -> b; ".repeat(60),
  });
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter((line) => line.length > width)).toEqual([]);
});

test("fields stand side by side with their names below, and go on in further rows", () => {
  const field = (bytes: string, name: string, says: string) => ({ bytes: Buffer.from(bytes, "hex"), name, says });
  expect(fieldLines("-> ", [field("01", "unit", "1"), field("03e8", "start", "1000")], noColours)).toEqual([
    "-> 01    03 E8",
    "   unit  start",
    "   1     1000",
  ]);
  const anyField = fc.record({
    bytes: fc.uint8Array({ minLength: 1, maxLength: 90 }).map((bytes) => Buffer.from(bytes)),
    name: fc.string({ unit: "grapheme-ascii", maxLength: 70 }),
    says: fc.string({ unit: "grapheme-ascii", maxLength: 90 }),
  });
  fc.assert(
    fc.property(fc.array(anyField, { maxLength: 20 }), (fields) =>
      fieldLines("  <- ", fields, noColours).every((line) => line.length <= width),
    ),
  );
});
