import { expect, test } from "vitest";
import { type Trace, traceOf } from "../../../agent/derive/trace.ts";
import { traceText } from "../../../agent/derive/trace-text.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import type { Declared } from "../../../feed/derive/deriving.ts";
import type { Derivation, FrameBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { type Millis, millis, seconds } from "../../../feed/format/vocabulary.ts";
import { entriesOf, frameAt, type Plant, plantAt, runPlant, type Turns } from "./plant.ts";

const how: Derivation = {
  formula: "consumption",
  in: {
    counter: "meter.energy",
    meter: "meter.serial",
    modulus: "=1000000",
    most: "=36000",
    step: "=0.1",
    fresh_s: "=60",
  },
  at: "minute",
  longer: "sum",
  constants: "hj",
  regime: "hj",
};
const channels: readonly Declared[] = [
  { id: "energy", unit: "kWh", places: 2, how },
  {
    id: "power.co2",
    unit: "t",
    places: 4,
    how: {
      formula: "purchased-power",
      in: { W_MWh: "energy*0.001", EF_t_per_MWh: "=0.5" },
      at: "hour",
      longer: "sum",
      constants: "hj",
      regime: "hj",
    },
  },
];
const begin = "2026-10-01T00:00:00.000Z";

function site(since = begin): Plant {
  const plant = plantAt(since);
  plant.journal.append({
    type: "config",
    t: since,
    points: Object.fromEntries(
      channels.map(({ id, unit, places, how }) => [id, [unit, how.formula, "1", places]] as const),
    ),
    derive: Object.fromEntries(channels.map(({ id, how }) => [id, how])),
    east: 480,
    sha256: Buffer.alloc(32).toString("base64"),
    by: "site",
  });
  return plant;
}

/** What the meter shows at the n-th poll, one each 10 s. */
type Meter = (n: number) => { readonly energy?: string; readonly serial?: string };

const run = (
  plant: Plant,
  turns: readonly [number, number],
  meter: Meter,
  { since = begin, ...restarts }: { readonly since?: string } & Partial<NonNullable<Turns["restarts"]>> = {},
): Promise<void> => {
  const read = (n: number, t: Millis): FrameBody | undefined => {
    const { energy, serial } = meter(n);
    const data: FrameBody["data"] = {
      ...(energy !== undefined && { "meter.energy": [energy, "N"] as const }),
      ...(serial !== undefined && { "meter.serial": [serial, "N"] as const }),
    };
    return Object.keys(data).length > 0 ? frameAt(t, data, { raw: ["AQQC"] }) : undefined;
  };
  const { every, forget = false } = restarts;
  return runPlant(
    plant,
    { channels, cfg: 1, since: millis(Date.parse(since)) },
    { turns, every: seconds(10), read, restarts: every === undefined ? undefined : { every, forget } },
  );
};

const periodsOf = (journal: OpenJournal, period: string): unknown[] =>
  entriesOf(journal).flatMap((entry) =>
    entry.type === "derived" && entry.period === period ? [[entry.data, entry.n]] : [],
  );
const said = (journal: OpenJournal): unknown[] =>
  entriesOf(journal).flatMap((entry): unknown[] => {
    if (entry.type === "derived") return [[entry.period, entry.start, entry.data, entry.n]];
    return entry.type === "event" ? [[entry.code, entry.dev, entry.detail.replaceAll(/entry \d+/g, "entry")]] : [];
  });
const events = (journal: OpenJournal): unknown[] =>
  entriesOf(journal).flatMap((entry) => (entry.type === "event" ? [[entry.code, entry.dev]] : []));

/** 0.5 kWh in each 10 s; it runs past its last digit in the second minute. */
const rolling: Meter = (n) => ({ energy: (n < 9 ? 999_995.5 + n / 2 : (n - 9) / 2).toFixed(1) });

test("what a meter counted in a minute and in an hour, over its last digit, and what is made of it", async () => {
  const here = site();
  await run(here, [0, 6 * 61], rolling);
  // The last reading of the first minute is 2.5 kWh after the first of all; every later minute has six steps.
  expect(periodsOf(here.journal, "minute").slice(0, 3)).toEqual([
    [{ energy: ["2.50", "N"] }, { energy: [2, 2] }],
    [{ energy: ["3.00", "N"] }, { energy: [2, 2] }],
    [{ energy: ["3.00", "N"] }, { energy: [2, 2] }],
  ]);
  // 2.5 + 59 * 3 = 179.5 kWh; 0.1795 MWh * 0.5 t/MWh
  expect(periodsOf(here.journal, "hour")).toEqual([
    [
      { energy: ["179.50", "N"], "power.co2": ["0.0898", "N"] },
      { energy: [2, 2], "power.co2": [1, 1] },
    ],
  ]);
  expect(events(here.journal)).toEqual([["COUNTER_ROLLOVER", "meter"]]);
});

/** The old meter to 20 minutes, then another one that begins at 7 and says who it is a minute later. */
const replaced: Meter = (n) => ({
  energy: (n < 120 ? 5000 + n / 2 : 7 + (n - 120) / 2).toFixed(1),
  ...(n % 6 === 0 ? { serial: n < 126 ? "A-1" : "B-2" } : {}),
});

test("another meter: what was counted between is not known, and after it all is again", async () => {
  const here = site();
  await run(here, [0, 6 * 61], replaced);
  const minutes = periodsOf(here.journal, "minute");
  const unknown = [{ energy: [null, "D", "derive.counter"] }, { energy: [2, 2] }];
  expect(minutes.slice(19, 23)).toEqual([
    [{ energy: ["3.00", "N"] }, { energy: [2, 2] }],
    unknown,
    unknown,
    [{ energy: ["3.00", "N"] }, { energy: [2, 2] }],
  ]);
  expect(periodsOf(here.journal, "hour")).toEqual([
    [
      { energy: [null, "D", "derive.counter"], "power.co2": [null, "D", "derive.input-missing"] },
      { energy: [2, 2], "power.co2": [0, 1] },
    ],
  ]);
  expect(events(here.journal)).toEqual([
    ["COUNTER_RESET", "meter"],
    ["COUNTER_REPLACED", "meter"],
  ]);
});

/** Ten minutes before a month ends in China. */
const eve = "2026-10-31T15:50:00.000Z";

test.each([
  ["with what it remembered", false, rolling, begin],
  ["from the journal alone", true, rolling, begin],
  ["with what it remembered, over another meter", false, replaced, begin],
  ["from the journal alone, over another meter", true, replaced, begin],
  ["from the journal alone, into another month", true, rolling, eve],
])(
  "an agent that is stopped again and again counts on %s, as if it had never been",
  async (_, forget, meter, since) => {
    const [whole, broken] = [site(since), site(since)];
    const minutes = since === begin ? 62 : 72; // an hour of the new month is over
    await run(whole, [0, 6 * minutes], meter, { since });
    await run(broken, [0, 6 * minutes], meter, { since, every: 17, forget });
    expect(said(broken.journal)).toEqual(said(whole.journal));
  },
);

test("a count that comes when its minutes are closed amends them", async () => {
  const here = site();
  const gap: Meter = (n) => (n >= 12 && n < 24 ? {} : rolling(n));
  await run(here, [0, 48], gap);
  const t = millis(Date.parse(begin) + 150_000);
  here.journal.append(frameAt(t, { "meter.energy": ["3.0", "N"] }, { hist: true, own: { t: isoTime(t), flags: {} } }));
  await run(here, [48, 54], gap);
  const amended = entriesOf(here.journal).flatMap((entry) =>
    entry.type === "amend" ? [[entriesOf(here.journal)[entry.ref], JSON.parse(entry.value)]] : [],
  );
  expect(amended).toMatchObject([
    // At 2:00 it was 1.0; at 3:00 nothing was known of it that is less than a minute old.
    [{ period: "minute", start: "2026-10-01T00:02:00.000Z" }, { energy: ["2.00", "N"] }],
  ]);
});

test("a consumption explains itself by its two counts, the bytes they were read from and its rollovers", async () => {
  const here = site();
  await run(here, [0, 24], rolling);
  const trace = (minute: number) =>
    traceText(
      traceOf(here.journal, "energy", { period: "minute", start: Date.parse(begin) + minute * 60_000 }) as Trace,
    );
  expect(trace(1)).toContain("energy 2026-10-01T08:01 = 3.00 kWh, N\n");
  // Shown at 0:50 and at 1:50.
  expect(trace(1)).toContain("\n  = 1.0 - 999998.0 + 1000000\n");
  expect(trace(1)).toContain("count at its start: 2026-10-01T00:00:50.000Z  999998.0, N  (entry ");
  expect(trace(1)).toMatch(/entries \d+ to \d+: the counter ran past its last digit/);
  expect(trace(2)).toContain("\n  = 4.0 - 1.0\n");
});
