/** A site with a derived channel of each kind, and what an agent would write of it. */
import fc from "fast-check";
import { type Declared, makeDeriving } from "../../../feed/derive/deriving.ts";
import { declaredIn, derivedBodies } from "../../../feed/derive/entries.ts";
import { samplesOf } from "../../../feed/derive/samples.ts";
import type { ConfigBody, Derivation, DerivedBody, FrameBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { type Flag, millis } from "../../../feed/format/vocabulary.ts";

export const minute = 60_000;
const east = 480;
export const regimeIds = ["hj", "part-75", "eu-mrr", "eu-ied"] as const;

export interface Site {
  readonly config: ConfigBody;
  readonly channels: readonly Declared[];
}

/** Means of three measured channels, and of each kind one that is made of them. */
export function site(regime: (typeof regimeIds)[number], every: number, since: number): Site {
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
  const coal = { counter: "coal", meter: "coal.meter", most: "=3000", step: "=1", fresh_s: "=180", modulus: "=1000" };
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
      "mass.hour": ["kg/h", "x", "1", 3],
      "coal.used": ["t", "consumption", "1", 2],
      "coal.heat": ["GJ", "x", "1", 2],
    },
    derive: {
      so2: mean("so2"),
      h2o: mean("h2o"),
      flow: mean("flow"),
      "so2.dry": how(dry),
      "so2.hour": how({ ...dry, at: "hour" }),
      "so2.weighed": how({ ...dry, weight: "flow" }),
      "so2.mass": how({ formula: "emission-rate", in: { C_mg_m3: "so2.dry", Q_m3_h: "flow" }, longer: "sum" }),
      "mass.hour": how({
        formula: "emission-rate",
        in: { C_mg_m3: "so2.hour", Q_m3_h: "flow" },
        at: "hour",
        longer: "sum",
      }),
      "coal.used": how({ formula: "consumption", in: coal, longer: "sum" }),
      "coal.heat": how({
        formula: "fuel-heat",
        in: { FC_t: "coal.used", NCV_GJ_per_t: "=26.7" },
        at: "hour",
        longer: "sum",
      }),
    },
    east,
    sha256: Buffer.alloc(32).toString("base64"),
    by: "site",
  };
  return { config, channels: declaredIn(config) };
}

export interface Log {
  readonly frames: readonly { readonly frame: FrameBody; readonly seq: number }[];
  readonly derived: readonly { readonly body: DerivedBody; readonly seq: number }[];
}

/** What an agent writes: polls, and the periods that close between them. The declaration is entry 0. */
export function written({ config, channels }: Site, polls: readonly FrameBody[], until: number): Log {
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

const flags: readonly Flag[] = ["N", "N", "N", "N", "N", "N", "M", "D", "C", "F"];
export const poll = fc.record({
  after: fc.constantFrom(20_000, 60_000, 60_000, 60_000, 60_000, 61_500, 600_000, 5_400_000),
  so2: fc.integer({ min: -300, max: 40_000 }),
  h2o: fc.integer({ min: -10, max: 9900 }),
  flow: fc.integer({ min: 0, max: 900_000 }),
  flag: fc.constantFrom(...flags),
  missing: fc.constantFrom(false, false, false, false, true),
  coal: fc.integer({ min: 0, max: 12 }),
  meter: fc.constantFrom(...Array<string>(40).fill(""), "A", "A", "B"),
});

export function framesFrom(since: number, polls: readonly (typeof poll extends fc.Arbitrary<infer P> ? P : never)[]) {
  let t = since;
  let count = 900;
  return polls.map(({ after, so2, h2o, flow, flag, missing, coal, meter }): FrameBody => {
    t += after;
    count = (count + coal) % 1000;
    const of = (value: number, places: number) =>
      missing
        ? ([null, flag === "N" ? "B" : flag, "E_BUS_TIMEOUT"] as const)
        : ([(value / 10 ** places).toFixed(places), flag] as const);
    const data = { so2: of(so2, 1), h2o: of(h2o, 2), flow: of(flow, 1) };
    // Which meter it is stands in few polls, as a reading of its settings.
    const counted = { coal: [`${count}`, flag] as const, ...(meter !== "" && { "coal.meter": [meter, "N"] as const }) };
    return {
      type: "frame",
      t: isoTime(millis(t)),
      boot: "9f3c1a2e",
      mono: t,
      clk: ["none", -1],
      cfg: 0,
      raw: [],
      data: { ...data, ...counted },
    };
  });
}
