import fc from "fast-check";
import { expect, test } from "vitest";
import { type Declared, makeDeriving } from "../../../feed/derive/deriving.ts";
import { differenceText, tolerances } from "../../../feed/derive/difference.ts";
import { declaredIn, derivedBodies, samplesOf } from "../../../feed/derive/entries.ts";
import { recomputation } from "../../../feed/derive/recompute.ts";
import { recomputedOfParts } from "../../../feed/derive/recompute-parts.ts";
import type { ConfigBody, Derivation, DerivedBody, FrameBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import type { ReadingTuple } from "../../../feed/format/reading.ts";
import { type Flag, millis } from "../../../feed/format/vocabulary.ts";

const minute = 60_000;
const east = 480;
const regimeIds = ["hj", "part-75", "eu-mrr", "eu-ied"] as const;

interface Site {
  readonly config: ConfigBody;
  readonly channels: readonly Declared[];
}

/** Means of three measured channels, and of each kind one that is made of them. */
function site(regime: (typeof regimeIds)[number], every: number, since: number): Site {
  const how = (more: Partial<Derivation>): Derivation => ({
    formula: "mean",
    in: {},
    at: "minute",
    longer: "mean",
    constants: "hj",
    regime,
    ...more,
  });
  const mean = (id: string): Derivation => how({ in: { x: id }, every });
  const dry = { formula: "concentration-wet-to-dry", in: { C_mg_m3: "so2", X_pct: "h2o" } };
  const config: ConfigBody = {
    type: "config",
    t: isoTime(millis(since)),
    points: {
      so2: ["mg/m3", "mean", "1", 2],
      h2o: ["%", "mean", "1", 3],
      flow: ["m3/h", "mean", "1", 1],
      "so2.dry": ["mg/m3", "x", "1", 4],
      "so2.hour": ["mg/m3", "x", "1", 4],
      "so2.weighed": ["mg/m3", "x", "1", 4],
      "so2.mass": ["kg/h", "x", "1", 3],
    },
    derive: {
      so2: mean("so2"),
      h2o: mean("h2o"),
      flow: mean("flow"),
      "so2.dry": how(dry),
      "so2.hour": how({ ...dry, at: "hour" }),
      "so2.weighed": how({ ...dry, weight: "flow" }),
      "so2.mass": how({ formula: "emission-rate", in: { C_mg_m3: "so2.dry", Q_m3_h: "flow" }, longer: "sum" }),
    },
    east,
    sha256: Buffer.alloc(32).toString("base64"),
    by: "site",
  };
  return { config, channels: declaredIn(config) };
}

interface Log {
  readonly frames: readonly { readonly frame: FrameBody; readonly seq: number }[];
  readonly derived: readonly { readonly body: DerivedBody; readonly seq: number }[];
}

/** What an agent writes: polls, and the periods that close between them. The declaration is entry 0. */
function written({ config, channels }: Site, polls: readonly FrameBody[], until: number): Log {
  const declared = new Map(channels.map((channel) => [channel.id, channel]));
  const deriving = makeDeriving(channels, east * minute, Date.parse(config.t));
  const frames: { frame: FrameBody; seq: number }[] = [];
  const derived: { body: DerivedBody; seq: number }[] = [];
  let seq = 1;
  const close = (now: number): void => {
    for (const body of derivedBodies(deriving.close(now), declared, 0, millis(now))) derived.push({ body, seq: seq++ });
  };
  for (const frame of polls) {
    close(Date.parse(frame.t));
    for (const [channel, sample] of samplesOf(frame, seq)) deriving.take(channel, sample);
    frames.push({ frame, seq: seq++ });
  }
  close(until);
  return { frames, derived };
}

function recomputed({ config }: Site, { frames }: Log, body: DerivedBody, seq: number): string[] {
  const again = recomputation(config, body);
  if (again === undefined) return [`no ${body.period} begins at ${body.start}`];
  for (const one of frames) if (one.seq < seq) again.take(one.frame, one.seq);
  again.close(again.end);
  return again.differences(tolerances.exact).map(differenceText);
}

const flags: readonly Flag[] = ["N", "N", "N", "N", "N", "N", "M", "D", "C", "F"];
const poll = fc.record({
  after: fc.constantFrom(20_000, 60_000, 60_000, 60_000, 60_000, 61_500, 600_000, 5_400_000),
  so2: fc.integer({ min: -300, max: 40_000 }),
  h2o: fc.integer({ min: -10, max: 9900 }),
  flow: fc.integer({ min: 0, max: 900_000 }),
  flag: fc.constantFrom(...flags),
  missing: fc.constantFrom(false, false, false, false, true),
});

function framesFrom(since: number, polls: readonly (typeof poll extends fc.Arbitrary<infer P> ? P : never)[]) {
  let t = since;
  return polls.map(({ after, so2, h2o, flow, flag, missing }): FrameBody => {
    t += after;
    const of = (value: number, places: number) =>
      missing
        ? ([null, flag === "N" ? "B" : flag, "E_BUS_TIMEOUT"] as const)
        : ([(value / 10 ** places).toFixed(places), flag] as const);
    const data = { so2: of(so2, 1), h2o: of(h2o, 2), flow: of(flow, 1) };
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
}

/** 22 hours of a day at +08:00, so that a day ends among the polls. */
const evening = Date.parse("2026-10-01T10:00:17.250Z");
const made = fc.record({
  regime: fc.constantFrom(...regimeIds),
  polls: fc.array(poll, { minLength: 600, maxLength: 900, size: "max" }),
});

test("what is made by the rules is made again, whatever the samples, their flags and their gaps", () => {
  const compared = new Map<string, number>();
  fc.assert(
    fc.property(made, ({ regime, polls }) => {
      const here = site(regime, 60_000, evening);
      const frames = framesFrom(evening, polls);
      const log = written(here, frames, Date.parse(frames.at(-1)?.t ?? "") + 26 * 60 * minute);
      for (const [index, { body, seq }] of log.derived.entries()) {
        if (body.period === "minute" && index % 17 !== 0) continue;
        for (const [channel, [value]] of Object.entries(body.data)) {
          const key = `${body.period} ${channel}`;
          if (value !== null) compared.set(key, (compared.get(key) ?? 0) + 1);
        }
        expect([body.period, body.start, recomputed(here, log, body, seq)]).toEqual([body.period, body.start, []]);
      }
    }),
    { numRuns: 12 },
  );
  const all = ["minute", "hour"].flatMap((period) =>
    Object.keys(site("hj", 1, 0).config.points).map((c) => `${period} ${c}`),
  );
  const never = all.filter((key) => !compared.has(key));
  expect(never).toEqual(["minute so2.hour"]);
  expect(compared.get("day so2.weighed")).toBeGreaterThan(0);
});

test("days and months are made again of their written parts", () => {
  fc.assert(
    fc.property(made, ({ regime, polls }) => {
      const here = site(regime, 60_000, evening);
      const frames = framesFrom(evening, polls);
      const { derived } = written(here, frames, Date.parse("2026-11-01T16:00:00.000Z"));
      const parts = derived.map(({ body }) => ({ ...body, start: Date.parse(body.start) }));
      const longer = derived.filter(({ body }) => body.period === "day" || body.period === "month");
      expect(longer.length).toBeGreaterThan(30);
      for (const { body } of longer) {
        const end = Date.parse(body.start) + (body.period === "day" ? 24 : 24 * 31) * 60 * minute;
        const within = parts.filter(({ start }) => start >= Date.parse(body.start) && start < end);
        expect(recomputedOfParts(here.config, body, within, tolerances.exact)).toEqual([]);
        const [value, ...rest] = body.data.so2 ?? [];
        const other = value === null ? ["1.00", "N"] : [`${value}1`, ...rest];
        const changed = { ...body, data: { ...body.data, so2: other as unknown as ReadingTuple } };
        expect(recomputedOfParts(here.config, changed, within, tolerances.exact)).toMatchObject([{ channel: "so2" }]);
      }
    }),
    { numRuns: 5 },
  );
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
  for (const { frame, seq } of log.frames) again?.take(frame, seq);
  again?.close(again.end);
  expect(again?.differences(tolerances["part-75"])).toMatchObject([{ channel: "so2" }]);
});

test("no period begins between two of them", () => {
  const { here, log } = steady();
  const hour = log.derived.find(({ body }) => body.period === "hour")?.body as DerivedBody;
  expect(recomputation(here.config, { ...hour, start: "2026-10-01T00:01:00.000Z" })).toBeUndefined();
});
