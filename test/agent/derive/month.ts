/** A February of a plant that is run, stopped, serviced, calibrated and disturbed, in a journal; the same in each run. */
import type { Declared } from "../../../feed/derive/deriving.ts";
import type { Derivation, FrameBody } from "../../../feed/format/body.ts";
import { isoTime, type StoredEntry } from "../../../feed/format/entry.ts";
import type { Flag } from "../../../feed/format/vocabulary.ts";
import { type Millis, millis, seconds } from "../../../feed/format/vocabulary.ts";
import { entriesOf, frameAt, plantAt, type Running, startDeriver } from "./plant.ts";

/** Every moment is a time of day in China. */
const at = (text: string): number => Date.parse(`2026-${text}+08:00`);
export const start = at("02-01T00:00");
export const end = at("03-01T00:00");
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000] as const;

const declared = (
  id: string,
  places: number,
  how: Pick<Derivation, "formula" | "in"> & Partial<Derivation>,
): Declared => ({
  id,
  unit: "1",
  places,
  how: { at: "minute", longer: "mean", constants: "hj", regime: "part-75", ...how },
});
const mean = (id: string, more: Partial<Derivation> = {}): Declared =>
  declared(id, 3, { formula: "mean", in: { x: id }, every: 4 * minute, ...more });

export const channels: readonly Declared[] = [
  mean("cems.so2", { regime: "hj", every: 5000 }),
  mean("cems.nox"),
  mean("cems.o2", { regime: "eu-mrr" }),
  mean("flow.q"),
  declared("nox.reference", 4, {
    formula: "reference-oxygen",
    in: { C_mg_m3: "cems.nox", O2_pct: "cems.o2", O2ref_pct: "=6" },
    weight: "flow.q",
    regime: "eu-mrr",
  }),
  declared("nox.rate", 4, {
    formula: "emission-rate",
    in: { C_mg_m3: "cems.nox", Q_m3_h: "flow.q" },
    longer: "sum",
  }),
  declared("energy", 1, {
    formula: "consumption",
    in: {
      counter: "meter.energy",
      meter: "meter.serial",
      modulus: "=1000000",
      most: "=600",
      step: "=0.1",
      fresh_s: "=600",
    },
    at: "hour",
    longer: "sum",
  }),
  declared("energy.co2", 4, {
    formula: "purchased-power",
    in: { W_MWh: "energy*0.001", EF_t_per_MWh: "=0.5306" },
    at: "hour",
    longer: "sum",
  }),
];

/** The same numbers in each run: a linear congruential generator, with the constants of Numerical Recipes. */
function dice(seed: number): () => number {
  let now = seed;
  return () => {
    now = (Math.imul(now, 1664525) + 1013904223) >>> 0;
    return now / 2 ** 32;
  };
}

/** What the analysers say of themselves; "silent" where they do not answer. */
function stateAt(t: number): Flag | "silent" {
  const [date, h] = [Math.floor((t - start) / day) + 1, ((t - start) % day) / hour];
  if (date === 14 && h < 14) return "F";
  if (date % 5 === 0 && h >= 9 && h < 9.4) return "M";
  if (h >= 2 && h < 2.1 + date / 60) return "C";
  if (date % 3 === 0 && h >= 16 && h < 16.3) return "silent";
  if (date === 17 && h >= 10 && h < 15.2) return "D";
  return "N";
}

/** A meter that runs past its last digit on the 3rd, is exchanged on the 9th, misread once and set back on the 15th. */
function makeMeter(roll: () => number): (t: number) => FrameBody["data"] {
  let [count, polls, serial] = [999_700, 0, "A-1"];
  let [misread, setBack] = [false, false];
  return (t) => {
    const [date, h] = [Math.floor((t - start) / day) + 1, ((t - start) % day) / hour];
    if (date === 11 && h >= 5 && h < 8) return {};
    count = (count + Math.floor(roll() * 20) / 10) % 1_000_000;
    if (serial === "A-1" && t >= at("02-09T11:07")) [count, serial] = [12, "B-2"];
    if (!setBack && t >= at("02-15T07:30")) [count, setBack] = [0, true];
    const jump = !misread && t >= at("02-13T19:00");
    misread ||= jump;
    const energy = [(count + (jump ? 400_000 : 0)).toFixed(1), "N"] as const;
    return { "meter.energy": energy, ...(polls++ % 10 === 0 && { "meter.serial": [serial, "N"] as const }) };
  };
}

function makeAnalysers(roll: () => number): (t: number) => FrameBody["data"] {
  return (t) => {
    const state = stateAt(t);
    if (state === "silent") return {};
    const flag = state === "N" && roll() < 0.02 ? "T" : state;
    const lost = roll() < 0.01;
    const [nox, o2, q] = [
      (roll() * 400 - 5).toFixed(1 + Math.floor(roll() * 3)),
      (roll() < 0.005 ? 20.4 : 4 + roll() * 9).toFixed(2),
      (state === "F" ? 0 : roll() < 0.003 ? -3 : 60_000 + roll() * 9000).toFixed(0),
    ];
    const none = ["B", "line.timeout"] as const;
    return {
      "cems.nox": lost ? [null, ...none] : [nox, flag],
      "cems.o2": roll() < 0.01 ? [null, ...none] : [o2, flag],
      "flow.q": [q, state === "F" ? "F" : "N"],
    };
  };
}

/** What befalls it, once each, when its clock has come so far. */
interface Happening {
  readonly t: number;
  readonly happen: () => Promise<void>;
}

/** Everything that is in the journal after a month and some minutes. */
export async function lived(): Promise<readonly StoredEntry[]> {
  const roll = dice(20_260_201);
  const plant = plantAt(isoTime(millis(start)));
  const { journal, clock } = plant;
  const [meter, analysers] = [makeMeter(roll), makeAnalysers(roll)];
  const running = startDeriver(plant, { channels, cfg: 0, since: millis(start) });
  const happenings = [...disturbances(clock, running, remembered), ...restarts(running, roll)].sort(
    (a, b) => a.t - b.t,
  );
  function remembered(t: number): void {
    const own = { t: isoTime(millis(t)), flags: {} };
    journal.append(frameAt(clock.now().wall, analysers(t), { hist: true, own }));
  }
  await clock.advance(seconds(20));
  for (let { wall } = clock.now(); wall < end + 3 * minute; { wall } = clock.now()) {
    while (happenings[0] !== undefined && happenings[0].t <= clock.now().wall) await happenings.shift()?.happen();
    wall = clock.now().wall;
    const data = { ...analysers(wall), ...meter(wall), ...so2At(wall, roll) };
    if (Object.keys(data).length > 0) journal.append(frameAt(wall, data));
    await untilNext(clock.now().wall);
  }
  await running.stop();
  return entriesOf(journal);

  /** For some hours of the 6th the sulphur dioxide is read each 5 s, as the rules of HJ ask; else with everything else. */
  async function untilNext(t: Millis): Promise<void> {
    const fast = t >= at("02-06T09:58") && t < at("02-06T13:02");
    if (!fast) return clock.advance(millis(4 * minute + Math.floor(roll() * 40) - 20));
    for (let n = 1; n < 48; n++) {
      await clock.advance(seconds(5));
      const { wall } = clock.now();
      const data = so2At(wall, roll);
      if (Object.keys(data).length > 0) journal.append(frameAt(wall, data));
    }
    await clock.advance(seconds(5));
  }
}

function so2At(t: number, roll: () => number): FrameBody["data"] {
  const state = stateAt(t);
  if (state === "silent" || roll() < 0.02) return {};
  return { "cems.so2": [(roll() * 90).toFixed(1), state === "N" && roll() < 0.1 ? "T" : state] };
}

/** An hour without the agent, a day and a half without power, a clock set back and right again, readings that come late. */
function disturbances(
  clock: { step(by: Millis): void },
  running: Running,
  remembered: (t: number) => void,
): readonly Happening[] {
  const later = (t: number, ...behind: readonly number[]): Happening => ({
    t,
    happen: async () => {
      for (const one of behind) remembered(t - one);
    },
  });
  return [
    { t: at("02-02T12:00"), happen: async () => clock.step(millis(-3 * minute)) },
    { t: at("02-02T20:00"), happen: async () => clock.step(millis(3 * minute)) },
    later(at("02-03T05:30"), 70 * minute, 69 * minute, 2 * hour),
    { t: at("02-04T10:00"), happen: () => running.restart({ forget: true, still: millis(3 * hour) }) },
    later(at("02-04T13:10"), ...Array.from({ length: 40 }, (_, n) => 3 * hour - n * 4 * minute)),
    later(at("02-08T03:00"), 26 * hour),
    { t: at("02-20T06:00"), happen: () => running.restart({ forget: false, still: millis(90 * hour) }) },
  ];
}

/** Every half day or so, at any moment of a minute; sometimes it has forgotten all. */
function restarts(running: Running, roll: () => number): Happening[] {
  const forgets = [1, 5, 9];
  const all: Happening[] = [];
  for (let t = start; t < end; t += Math.floor((0.2 + roll()) * 10 * hour)) {
    const forget = forgets.includes(all.length);
    const still = roll() < 0.3 ? millis(Math.floor(roll() * 200_000)) : millis(0);
    all.push({ t, happen: () => running.restart({ forget, still }) });
  }
  return all;
}
