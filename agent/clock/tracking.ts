import type { ClockTuple } from "../../feed/format/body.ts";

/** What a clock that nobody asks after says. */
export const unknownClock: ClockTuple = ["none", -1];

/**
 * The clock's state from one line of `chronyc -c tracking` (chronyc(1), "tracking"; the fields in the order of that page):
 * reference id, name, stratum, reference time, offset of the system time, last offset, RMS offset, frequency, residual
 * frequency, skew, root delay, root dispersion, update interval, leap status. The bound of the error is chrony's own: offset +
 * dispersion + half the delay. `nts`: whether the source named is one of NTS. What is not synchronised is ["none", -1].
 */
export function clockOf(line: string, nts: ReadonlySet<string> = new Set()): ClockTuple {
  const fields = line.trim().split(",");
  const [id = "", name = "", stratum = ""] = fields;
  const [offset, delay, dispersion] = [fields[4], fields[10], fields[11]].map((text) =>
    /^[+-]?\d+(\.\d+)?$/.test(text ?? "") ? Number(text) : Number.NaN,
  ) as [number, number, number];
  const bound = Math.ceil(1000 * (Math.abs(offset) + dispersion + 0.5 * delay));
  if (fields.length < 14 || fields[13] === "Not synchronised" || Number(stratum) === 0) return unknownClock;
  if (!Number.isSafeInteger(bound) || bound < 0 || !/^[0-9A-F]{8}$/.test(id)) return unknownClock;
  return [sourceOf(id, name, nts), bound];
}

/** Names of clocks that are wired to the machine, as chrony.conf and refclock drivers spell them. */
const wired = [
  [/^(PHC|PTP)/, "ptp"],
  [/^(GPS|GNS|PPS|NMEA|GLO|GAL|BDS|SHM|SOCK)/, "gnss"],
  [/^RTC/, "rtc"],
] as const;

function sourceOf(id: string, name: string, nts: ReadonlySet<string>): ClockTuple[0] {
  if (id === "7F7F0101") return "rtc"; // chrony's `local` directive: nothing but this machine's own clock
  const text = Buffer.from(id, "hex").toString("latin1").replace(/\0+$/, "");
  const by = wired.find(([pattern]) => pattern.test(text) && /^[A-Z0-9]+$/.test(text));
  if (by !== undefined) return by[1];
  return nts.has(name) ? "nts" : "ntp";
}

/** Names of the sources that are authenticated by NTS, from `chronyc -c authdata` (name, mode, ...). */
export function ntsSources(lines: string): ReadonlySet<string> {
  const rows = lines.split("\n").map((line) => line.split(","));
  return new Set(rows.flatMap(([name, mode]) => (name && mode === "NTS" ? [name] : [])));
}
