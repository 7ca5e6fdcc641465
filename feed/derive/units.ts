/** Units that are multiples of one another: [the unit of the formulas, how many of it this one is]. Exact by definition. */
const multiples: Readonly<Record<string, readonly [unit: string, times: string]>> = {
  hPa: ["Pa", "100"],
  mbar: ["Pa", "100"],
  kPa: ["Pa", "1000"],
  bar: ["Pa", "100000"],
  MPa: ["Pa", "1000000"],
  "%": ["1", "0.01"],
  "mm/s": ["m/s", "0.001"],
  "m3/s": ["m3/h", "3600"],
  "g/m3": ["mg/m3", "1000"],
  ppb: ["ppm", "0.001"],
  g: ["kg", "0.001"],
  t: ["kg", "1000"],
  "g/s": ["kg/h", "3.6"],
  "kg/s": ["kg/h", "3600"],
  "t/h": ["kg/h", "1000"],
  kWh: ["MWh", "0.001"],
  kW: ["MW", "0.001"],
  W: ["MW", "0.000001"],
  MJ: ["GJ", "0.001"],
};

const inBase = (unit: string): readonly [unit: string, times: string] => multiples[unit] ?? [unit, "1"];

/**
 * The decimal that a value in `from` is multiplied with to be in `to`; nothing where one is no multiple of the other, or the
 * factor has no end in decimals.
 */
export function timesOf(from: string, to: string): string | undefined {
  if (from === to) return "1";
  const [fromBase, times] = inBase(from);
  const [toBase, divisor] = inBase(to);
  if (fromBase !== toBase) return undefined;
  if (divisor === "1") return times;
  if (divisor === times) return "1";
  return endingQuotient(times, divisor);
}

/** Exact, by whole numbers: a / b where it ends within 12 places. */
function endingQuotient(a: string, b: string): string | undefined {
  const places = 12;
  const whole = (text: string): bigint => {
    const [head = "0", tail = ""] = text.split(".");
    return BigInt(head + tail.padEnd(places, "0"));
  };
  const scaled = whole(a) * 10n ** BigInt(places);
  if (scaled % whole(b) !== 0n) return undefined;
  const digits = (scaled / whole(b)).toString().padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, "");
}
