import type { PlantState } from "../plant/combustion.ts";
import { milligrams, molarMass } from "../plant/gas.ts";

export const dialects = ["2005", "2017", "2025"] as const;
export type Dialect = (typeof dialects)[number];

/** What a logger stores of a stack, with the factor codes of 2017 (Table B.2) and of 2005, and the places it writes. */
const factors = [
  { code: "a21026", old: "02", places: 2, of: (p: PlantState) => milligrams(p.so2Dry, molarMass.SO2) },
  { code: "a21002", old: "03", places: 1, of: (p: PlantState) => milligrams(p.noDry + p.no2Dry, molarMass.NO2) },
  { code: "a19001", old: "S01", places: 2, of: (p: PlantState) => p.o2Dry },
  { code: "a01011", old: "S02", places: 2, of: (p: PlantState) => p.velocity },
  { code: "a01012", old: "S03", places: 1, of: (p: PlantState) => p.temperatureC },
  { code: "a01013", old: "S08", places: 3, of: (p: PlantState) => p.staticPa / 1000 },
  { code: "a01014", old: "S05", places: 1, of: (p: PlantState) => p.moisture },
  { code: "a00000", old: "B02", places: 1, of: (p: PlantState) => p.flowActual },
] as const;

export interface Sender {
  readonly dialect: Dialect;
  readonly mn: string;
  readonly pw: string;
  /** Whether it waits for acknowledgements. */
  readonly asks: boolean;
}

/** `YYYYMMDDhhmmss` and, with `ms`, `zzz`, in Beijing time. */
export function stamp(at: number, ms = false): string {
  const digits = new Date(at + 8 * 3_600_000).toISOString().replace(/\D/g, "");
  return ms ? digits.slice(0, 17) : digits.slice(0, 14);
}

/** DATA of a real-time message (2011). `dead`: a value of 0 with flag N for every factor, as bad loggers write without an analyser. */
export function realTime(sender: Sender, at: number, plant: PlantState, dead = false, flag = "N"): string {
  const items = factors.map((factor) => {
    const name = nameOf(sender, factor);
    return `${name}-Rtd=${(dead ? 0 : factor.of(plant)).toFixed(factor.places)},${name}-Flag=${flag}`;
  });
  return message(sender, at, "2011", [`DataTime=${stamp(at)}`, ...items]);
}

/** DATA of a minute message (2051) that begins at `start`, of what was seen in that minute. */
export function minute(sender: Sender, at: number, start: number, seen: readonly PlantState[]): string {
  const items = factors.map((factor) => {
    const name = nameOf(sender, factor);
    const values = seen.map(factor.of);
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
    const each = { Min: Math.min(...values), Avg: mean, Max: Math.max(...values) };
    const fields = Object.entries(each).map(([kind, value]) => `${name}-${kind}=${value.toFixed(factor.places)}`);
    // 2005 has no flag in statistics.
    return [...fields, ...(sender.dialect === "2005" ? [] : [`${name}-Flag=N`])].join(",");
  });
  return message(sender, at, "2051", [`DataTime=${stamp(start)}`, ...items]);
}

/** DATA of a state message (3020): what the analyser of SO2 does, and whether the logger hears it. */
export function state(sender: Sender, at: number, work: number, comms: number): string {
  const items = [`DataTime=${stamp(at)}`, "PolId=a21026", `i12001-Info=${work}`, `i12002-Info=${comms}`];
  return message(sender, at, "3020", items);
}

const nameOf = ({ dialect }: Sender, { code, old }: { readonly code: string; readonly old: string }): string =>
  dialect === "2005" ? old : code;

function message({ dialect, mn, pw, asks }: Sender, at: number, cn: string, cp: readonly string[]): string {
  const bits = { "2005": 0, "2017": 4, "2025": 8 }[dialect] + (asks ? 1 : 0);
  const head = [`ST=31;CN=${cn};PW=${pw};MN=${mn}`];
  // A 2005 logger that wants no answer sends neither QN nor Flag.
  if (dialect !== "2005" || asks) {
    head.unshift(`QN=${stamp(at, true)}`);
    head.push(`Flag=${bits}`);
  }
  return `${head.join(";")};CP=&&${cp.join(";")}&&`;
}
