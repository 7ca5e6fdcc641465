import { expect, test } from "vitest";
import { backOff, timingOf, waitFor } from "../../../drivers/line/timing.ts";

const rtu = (baud: number, parity: "none" | "even" = "none") =>
  timingOf({ id: "l", transport: "rtu", path: "/dev/ttyS0", baud, parity, dataBits: 8, stopBits: 1 });

test("a deadline covers request, device, reply and margin at the line's speed (M6)", () => {
  // 8 characters out, 5 + 250 back, 10 bits each at 1200 baud: 2.19 s on the wire alone.
  const timing = rtu(1200);
  const wire = (263 * 10_000) / 1200;
  expect(waitFor(timing, 250, 500)).toBeCloseTo(wire + 3.5 * (10_000 / 1200) + 500 + 40, 6);
});

test.each([
  [1200, "none", 29.1667],
  [9600, "none", 3.6458],
  [9600, "even", 4.0104],
  [19_200, "none", 1.8229],
  [38_400, "none", 1.75],
  [115_200, "even", 1.75],
] as const)("the silence between frames at %i baud, parity %s", (baud, parity, gap) => {
  expect(rtu(baud, parity).gapMs).toBeCloseTo(gap, 3);
});

test("Modbus TCP has no characters to wait for", () => {
  const timing = timingOf({ id: "l", transport: "tcp", host: "h", port: 502 });
  expect(timing.gapMs).toBe(0);
  expect(waitFor(timing, 250, 500)).toBe(600);
});

test("the first attempt is immediate, the next ones wait longer up to 30 s, never in step", () => {
  expect(backOff(0, () => 1)).toBe(0);
  const longest = Array.from({ length: 12 }, (_, i) => backOff(i + 1, () => 1));
  expect(longest.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
  expect(longest.at(-1)).toBe(30_000);
  expect(backOff(1000, () => 1)).toBe(30_000);
  expect(backOff(3, () => 0)).toBe(500);
});
