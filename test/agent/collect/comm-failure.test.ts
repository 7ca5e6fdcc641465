import fc from "fast-check";
import { expect, test } from "vitest";
import { qualify } from "../../../agent/collect/qualify.ts";
import type { Sample } from "../../../drivers/driver.ts";
import type { Point, StatusPoint } from "../../../drivers/profile.ts";

// What a device shows while it has lost its instrument is often 0, full scale or the last value, with nothing beside it that says so
// but a state. Whatever it shows then, it is never normal.

const point: Point = {
  id: "so2",
  quantity: "SO2",
  type: "float32",
  unit: "mg/m3",
  scale: "1",
  places: 2,
  range: ["0", "500"],
  sentinels: ["NaN", "-9999"],
  source: "synthetic 1",
};
const states: readonly StatusPoint[] = [
  {
    id: "link",
    type: "uint16",
    source: "synthetic 1",
    flags: [{ when: "1", flag: "B", reason: "status.comm", missing: true }],
  },
  {
    id: "live",
    type: "bit",
    source: "synthetic 1",
    flags: [{ when: "0", flag: "B", reason: "status.held" }],
  },
];
const raw = fc.oneof(
  fc.constantFrom(0, 500, 65_535, 6553.5, -9999, Number.NaN, Number.POSITIVE_INFINITY),
  fc.float({ noNaN: false }),
);
const seen = (samples: readonly Sample[]) => qualify([point], states, samples).get("so2");

test("0, full scale, a sentinel or anything else during a communication failure is never N", () => {
  fc.assert(
    fc.property(raw, fc.constantFrom<"link" | "live">("link", "live"), (value, lost) => {
      const reading = seen([
        { point: "so2", raw: value },
        { point: "link", raw: lost === "link" ? 1 : 0 },
        { point: "live", raw: lost === "live" ? 0 : 1 },
      ]);
      expect(reading?.flag).not.toBe("N");
      if (lost === "link") expect(reading).toEqual({ kind: "missing", flag: "B", reason: "status.comm" });
      else if (reading?.kind === "measured") expect(reading).toMatchObject({ flag: "B", reason: "status.held" });
    }),
  );
});

test("a value whose state could not be read is never N either", () => {
  fc.assert(
    fc.property(raw, fc.subarray(["link", "live"], { maxLength: 1 }), (value, read) => {
      const failure = { code: "E_BUS_TIMEOUT", detail: "no reply" } as const;
      const told = ["link", "live"].map(
        (id): Sample => ({ point: id, ...(read.includes(id) ? { raw: id === "live" ? 1 : 0 } : { failure }) }),
      );
      expect(seen([{ point: "so2", raw: value }, ...told])?.flag).not.toBe("N");
    }),
  );
});

test("with its states as they should be, a plain value is N", () => {
  expect(
    seen([
      { point: "so2", raw: 12.5 },
      { point: "link", raw: 0 },
      { point: "live", raw: 1 },
    ]),
  ).toEqual({
    kind: "measured",
    value: "12.50",
    flag: "N",
  });
});
