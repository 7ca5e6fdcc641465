import { expect, test } from "vitest";
import { exchangesOf, rawLines } from "../../../agent/commands/tail-raw.ts";
import { noColours } from "../../../agent/commands/tail-screen.ts";
import type { ShownFrame } from "../../../agent/commands/tail-shown.ts";
import type { Profile } from "../../../drivers/profile.ts";

const profile = { protocol: "dcon", form: "decimal", points: [], status: [], settings: [] } as unknown as Profile;
const asked = { profile, summed: false };

/** A poll with one question for each reason; one that was asked took 300 ms. */
function frame(reasons: readonly string[], took: readonly number[]): ShownFrame {
  const data = Object.fromEntries(reasons.map((reason, i) => [`m.c${i}`, [null, "B", reason] as const]));
  const at = took.map((ms) => [10, 10 + ms, 0] as const);
  const raw = took.map(() => "");
  const t = "2026-05-01T08:00:00.500Z";
  const body = { type: "frame", t, boot: "00000000", mono: 0, clk: ["none", -1], cfg: 0, raw, at, data } as const;
  return { device: "m", reads: took.map((_, i) => `#01${i}`), units: {}, body };
}

test.each(["E_BUS_RESTING", "E_BUS_CLOSED", "E_BUS_REFUSED"])("what was not asked is not shown as asked: %s", (why) => {
  const rested = frame([why, why], [0, 3]);
  expect(rawLines(rested, asked, noColours)).toEqual([`  -> not asked: ${why}`, `  -> not asked: ${why}`]);
  expect(exchangesOf(rested, asked)).toEqual([]);
});

test("of a poll that was given up what was asked is shown, and what was not is not", () => {
  const partly = frame(["E_BUS_TIMEOUT", "E_BUS_RESTING"], [300, 0]);
  const lines = rawLines(partly, asked, noColours);
  expect(lines[0]).toMatch(/^ {2}-> 23 {3,}30 31/);
  expect(lines.slice(-2)).toEqual(["  <- no reply that was taken, after 300 ms", "  -> not asked: E_BUS_RESTING"]);
  expect(exchangesOf(partly, asked).map(({ ms }) => ms)).toEqual([300]);
});
