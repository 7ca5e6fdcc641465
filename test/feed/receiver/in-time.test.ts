import fc from "fast-check";
import { expect, test } from "vitest";
import type { FrameBody } from "../../../feed/format/body.ts";
import { inTime, isTangled, stretchesIn, type Window } from "../../../feed/receiver/in-time.ts";
import { makeStretches } from "../../../feed/receiver/stretches.ts";

/** A ledger of polls at these times, an entry of another kind in the place of each null; and how many were in memory at once. */
function ledgerOf(times: readonly (number | null)[]) {
  const read: number[] = [];
  const entry = (t: number | null, seq: number): Buffer => {
    const at = new Date(t ?? 0).toISOString();
    const frame: Partial<FrameBody> = { type: "frame", t: at as FrameBody["t"], data: { a: ["1", "N"] } };
    return Buffer.from(JSON.stringify({ seq, ...(t === null ? { type: "event", t: at } : frame) }));
  };
  const ledger = {
    entries: async (_: string, from: number, to: number) => {
      read.push(to - from);
      return times.slice(from, to).map((t, index) => entry(t, from + index));
    },
  };
  return { ledger, read };
}
const { signal } = new AbortController();

async function ordered(times: readonly (number | null)[], window: Window, covered: readonly number[] = []) {
  const { ledger } = ledgerOf(times);
  const stretches = makeStretches(ledger, "o");
  for (const place of covered) await stretches.cover(place, Math.min(place + 3, times.length), signal);
  expect(await stretches.cover(window.from, window.to, signal)).toBe(true);
  const found: [number, number][] = [];
  for await (const { t, seq } of inTime(ledger, "o", stretchesIn(stretches.all(), window), window, signal))
    found.push([t, seq]);
  return found;
}

const minute = 60_000;
const steps = fc.constantFrom(0, 1000, 1000, 1000, 5000, 30 * minute, -1000, -7 * minute, -60 * minute, null);

test("polls come in the order of their times, whatever clocks were set back and whatever came late", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: 1, maxLength: 900, size: "max" }),
      fc.array(fc.nat(899), { maxLength: 3 }),
      fc.tuple(fc.nat(899), fc.nat(899), fc.nat(120), fc.nat(120)),
      async (walk, covered, [a, b, c, d]) => {
        let t = 1e12;
        const times = walk.map((step) => {
          t += step ?? 0;
          return step === null ? null : t;
        });
        const [from, to] = [Math.min(a, times.length), Math.min(a + b, times.length)];
        const [since, until] = [t - c * minute, t - c * minute + d * minute];
        const within = times
          .flatMap((one, seq): [number, number][] => (one === null ? [] : [[one, seq]]))
          .filter(([one, seq]) => seq >= from && seq < to && one >= since && one < until)
          .sort((x, y) => x[0] - y[0] || x[1] - y[1]);
        const places = covered.filter((place) => place < times.length);
        expect(await ordered(times, { from, to, since, until }, places)).toEqual(within);
      },
    ),
    { numRuns: 40 },
  );
});

test("a minute of a long log is found without reading it", async () => {
  const times = Array.from({ length: 20_000 }, (_, n) => 1e12 + n * 1000);
  const { ledger, read } = ledgerOf(times);
  const stretches = makeStretches(ledger, "o");
  await stretches.cover(0, times.length, signal);
  read.length = 0;
  await stretches.cover(500, times.length, signal);
  const window = { from: 0, to: times.length, since: 1e12 + 9_000_000, until: 1e12 + 9_060_000 };
  const found: number[] = [];
  for await (const { seq } of inTime(ledger, "o", stretchesIn(stretches.all(), window), window, signal))
    found.push(seq);
  expect(found).toEqual(Array.from({ length: 60 }, (_, n) => 9000 + n));
  expect(read.reduce((a, b) => a + b)).toBeLessThan(600);
});

test("readings of one time again and again take no memory without end: too many are not put in order", async () => {
  const times = Array.from({ length: 400 }, (_, n) => 1e12 + (n % 2) * 1000);
  const { ledger } = ledgerOf(times);
  const stretches = makeStretches(ledger, "o");
  expect(await stretches.cover(0, 400, signal)).toBe(true);
  const window = { from: 0, to: 400, since: 0, until: 2e12 };
  const those = stretchesIn(stretches.all(), window);
  expect([isTangled(those, 199), isTangled(those, 200)]).toEqual([true, false]);
  expect(await makeStretches(ledger, "o", 100).cover(0, 400, signal)).toBe(false);
});
