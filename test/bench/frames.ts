/** Frames as a site keeps them, so that both sides of a ratio move the bytes of the real thing. */
import type { EntryBody } from "../../feed/format/entry.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { ReadingTuple } from "../../feed/format/reading.ts";
import { millis } from "../../feed/format/vocabulary.ts";

const start = Date.UTC(2026, 9, 1);

/** The entry of poll number `i` of a device with so many float registers: one reply, one reading a register pair. */
export function frame(i: number, readings: number): EntryBody {
  const reply = Buffer.alloc(3 + 4 * readings);
  reply.set([1, 3, 4 * readings]);
  const data: (readonly [string, ReadingTuple])[] = [];
  for (let point = 0; point < readings; point++) {
    const value = ((i * 37 + point * 101) % 20_000) / 100;
    reply.writeFloatBE(value, 3 + 4 * point);
    data.push([`cems.p${String(point).padStart(2, "0")}`, [value.toFixed(2), "N"]]);
  }
  const wall = start + i * 1000;
  const mono = 60_000 + i * 1000;
  return {
    type: "frame",
    t: isoTime(millis(wall)),
    dev: "cems",
    boot: "9f3c1a2e",
    mono,
    clk: ["none", -1],
    cfg: 1,
    at: [[mono - 12, mono - 3, wall - 3]],
    raw: [reply.toString("base64")],
    data: Object.fromEntries(data),
  };
}

export const frames = (count: number, readings: number): EntryBody[] =>
  Array.from({ length: count }, (_, i) => frame(i, readings));
