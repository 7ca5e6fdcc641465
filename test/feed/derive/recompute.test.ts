import fc from "fast-check";
import { expect, test } from "vitest";
import { differenceText, tolerances } from "../../../feed/derive/difference.ts";
import { recomputation } from "../../../feed/derive/recompute.ts";
import type { DerivedBody, FrameBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { framesFrom, type Log, minute, poll, regimeIds, type Site, site, written } from "./written.ts";

function recomputed({ config }: Site, { frames }: Log, body: DerivedBody, seq: number): string[] {
  const again = recomputation(config, body);
  for (const one of frames) {
    const t = Date.parse(one.frame.t);
    if (one.seq >= seq || t >= again.end) continue;
    again.close(t);
    again.take(one.frame, one.seq);
  }
  again.close(again.end);
  return again.differences(tolerances.exact).map(differenceText);
}

/** 22 hours of a day at +08:00, so that a day ends among the polls. */
const evening = Date.parse("2026-10-01T10:00:17.250Z");
const made = fc.record({
  regime: fc.constantFrom(...regimeIds),
  polls: fc.array(poll, { minLength: 600, maxLength: 900, size: "max" }),
});

/** Every period that the rules give of such polls, made again; of each kind how often it had a value. */
function madeAgain(regime: (typeof regimeIds)[number], polls: Parameters<typeof framesFrom>[1]): Map<string, number> {
  const compared = new Map<string, number>();
  const here = site(regime, 60_000, evening);
  const frames = framesFrom(evening, polls);
  const log = written(here, frames, Date.parse(frames.at(-1)?.t ?? "") + 26 * 60 * minute);
  for (const [index, { body, seq }] of log.derived.entries()) {
    if (body.period === "minute" && index % 59 !== 0) continue;
    for (const [channel, [value]] of Object.entries(body.data)) {
      const key = `${body.period} ${channel}`;
      if (value !== null) compared.set(key, (compared.get(key) ?? 0) + 1);
    }
    expect([body.period, body.start, recomputed(here, log, body, seq)]).toEqual([body.period, body.start, []]);
  }
  return compared;
}

test("what is made by the rules is made again, whatever the samples, their flags and their gaps", () => {
  fc.assert(
    fc.property(made, ({ regime, polls }) => void madeAgain(regime, polls)),
    { numRuns: 6 },
  );
});

test("channels of every kind have values that are made again", () => {
  const all = ["minute", "hour"].flatMap((period) =>
    Object.keys(site("hj", 1, 0).config.points).map((c) => `${period} ${c}`),
  );
  const compared = fc
    .sample(made, { numRuns: 8, seed: 3 }) // hours of a counter whose meter is exchanged seldom are rare
    .map(({ regime, polls }) => madeAgain(regime, polls))
    .flatMap((counts) => [...counts.keys()]);
  expect(all.filter((key) => !compared.includes(key))).toEqual([
    "minute so2.hour",
    "minute mass.hour",
    "minute coal.heat",
  ]);
  expect(compared).toContain("day so2.weighed");
});

/** 70 minutes with a reading each 5 s. */
function steady(): { readonly here: Site; readonly log: Log } {
  const since = Date.parse("2026-10-01T00:00:00.000Z");
  const here = site("hj", 5000, since);
  const frames = Array.from({ length: 70 * 12 }, (_, n): FrameBody => {
    const t = since + n * 5000;
    const data = { so2: [`${100 + (n % 7)}`, "N"], h2o: ["8", "N"], flow: ["1000", "N"] } as const;
    return {
      type: "frame",
      t: isoTime(millis(t)),
      boot: "9f3c1a2e",
      mono: t,
      clk: ["none", -1],
      cfg: 0,
      raw: [],
      data,
    };
  });
  return { here, log: written(here, frames, since + 70 * minute) };
}

test.each<[string, (body: DerivedBody) => DerivedBody, string]>([
  [
    "a value",
    (b) => ({ ...b, data: { ...b.data, so2: ["102.57", "N"] } }),
    "so2 102.57 N (12/12), recomputed 102.58 N (12/12)",
  ],
  [
    "a flag",
    (b) => ({ ...b, data: { ...b.data, so2: ["102.58", "M"] } }),
    "so2 102.58 M (12/12), recomputed 102.58 N (12/12)",
  ],
  ["a count", (b) => ({ ...b, n: { ...b.n, so2: [11, 12] } }), "so2 102.58 N (11/12), recomputed 102.58 N (12/12)"],
  ["a channel too many", (b) => ({ ...b, data: { ...b.data, no: ["1", "N"] } }), "no 1 N (0/0), recomputed nothing"],
  [
    "a missing one",
    ({ data: { so2: _, ...data }, n: { so2: __, ...n }, ...b }) => ({ ...b, data, n }),
    "so2 nothing, recomputed 102.58 N (12/12)",
  ],
  ["a range that leaves entries out", (b) => ({ ...b, of: [2, 13] }), "of 2 to 13, recomputed 1 to 13"],
])("%s that is another is found", (_, change, text) => {
  const { here, log } = steady();
  const [first] = log.derived;
  if (first === undefined) throw new Error("nothing closed");
  expect(recomputed(here, log, first.body, first.seq)).toEqual([]);
  expect(recomputed(here, log, change(first.body), first.seq)).toEqual([text]);
});

test("an average over other samples than those of its period is found, though it says so", () => {
  const { here, log } = steady();
  const hour = log.derived.find(({ body }) => body.period === "hour");
  if (hour === undefined) throw new Error("no hour closed");
  const kind = { ...log, frames: log.frames.filter(({ seq }) => seq % 7 !== 0) };
  expect(recomputed(here, log, hour.body, hour.seq)).toEqual([]);
  expect(recomputed(here, kind, hour.body, hour.seq)).not.toEqual([]);
});

test("within a tolerance two values are one; flags and counts are never", () => {
  const { here, log } = steady();
  const [first] = log.derived;
  const again = recomputation(here.config, {
    ...(first as { body: DerivedBody }).body,
    data: { ...first?.body.data, h2o: ["8.100", "N"], so2: ["102.59", "N"] },
  });
  for (const { frame, seq } of log.frames.filter(({ frame }) => Date.parse(frame.t) < again.end))
    again.take(frame, seq);
  again.close(again.end);
  expect(again.differences(tolerances["part-75"])).toMatchObject([{ channel: "so2" }]);
});

test("no period begins between two of them", () => {
  const { here, log } = steady();
  const hour = log.derived.find(({ body }) => body.period === "hour")?.body as DerivedBody;
  const between = { ...hour, start: "2026-10-01T00:01:00.000Z" };
  expect(() => recomputation(here.config, between)).toThrow("no hour begins at");
});
