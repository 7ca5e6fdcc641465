/** What the plant of the month says: one device of 24 channels, polled each 5 s; all of it averaged, as a site file would ask. */
import type { ConfigBody, EntryBody, FrameBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { ReadingTuple } from "../../feed/format/reading.ts";
import { millis } from "../../feed/format/vocabulary.ts";

export const east = 8 * 3_600_000;
export const poll = 5000;
export const from = Date.UTC(2026, 9, 1) - east;
export const to = Date.UTC(2026, 10, 1) - east;
const [boot, sha256] = ["9f3c1a2e", Buffer.alloc(32).toString("base64")];
const mono = (t: number): number => t - from + 1e9;

interface Point {
  readonly id: string;
  readonly register: number;
  readonly type: "float32" | "uint16" | "uint32";
  readonly scale: string;
  readonly digits: number;
}

/** Half of an analyser's floats, eight scaled words, four counts. */
const points: readonly Point[] = Array.from({ length: 24 }, (_, i): Point => {
  const id = `cems.p${String(i).padStart(2, "0")}`;
  if (i < 12) return { id, register: 2 * i, type: "float32", scale: "1", digits: 2 };
  if (i < 20) return { id, register: 12 + i, type: "uint16", scale: "0.1", digits: 1 };
  return { id, register: 2 * i - 8, type: "uint32", scale: "0.01", digits: 2 };
});
const registers = 40;
export const channels = points.map(({ id }) => id);

export const configs: readonly ConfigBody[] = [
  {
    type: "config",
    t: isoTime(millis(from - 3_600_000)),
    dev: "cems",
    points: Object.fromEntries(
      points.map(({ id, register, type, scale, digits }) => {
        const at = register.toString(16).padStart(4, "0");
        return [id, ["mg/m3", `1:3:${at}:${type}:ABCD`, scale, digits]];
      }),
    ),
    reads: [[1, 3, 0, registers]],
    sha256,
    by: "agent",
  },
  {
    type: "config",
    t: isoTime(millis(from - 3_600_000)),
    points: Object.fromEntries(channels.map((id) => [id, ["mg/m3", "mean", "1", 3]])),
    derive: Object.fromEntries(
      channels.map((id) => {
        const mean = { formula: "mean", in: { x: id }, at: "minute", every: poll, longer: "mean" } as const;
        return [id, { ...mean, constants: "hj", regime: "hj" }];
      }),
    ),
    east: east / 60_000,
    sha256,
    by: "site",
    why: "first",
  },
];

/** A stack's values drift, with noise; the same each time. */
function stackValue(n: number, i: number): number {
  const noise = ((n * 7919 + i * 104_729) % 1009) / 1009;
  return 20 + 7 * i + 8 * Math.sin(n / 700 + i) + noise;
}

/** The poll number `n`. A quarter of an hour each day the instrument is serviced, and says so. */
export function frame(n: number, cfg: number): FrameBody {
  const t = from + n * poll;
  const reply = Buffer.alloc(3 + 2 * registers);
  reply.set([1, 3, 2 * registers]);
  const serviced = n % 17_280 >= 6000 && n % 17_280 < 6180;
  const data: [string, ReadingTuple][] = points.map(({ id, register, type, digits }, i) => {
    const text = stackValue(n, i).toFixed(digits);
    const at = 3 + 2 * register;
    if (type === "float32") reply.writeFloatBE(Number(text), at);
    else if (type === "uint16") reply.writeUInt16BE(Math.round(Number(text) * 10), at);
    else reply.writeUInt32BE(Math.round(Number(text) * 100), at);
    return [id, serviced && i < 12 ? [text, "M", "status.maintenance"] : [text, "N"]];
  });
  return {
    type: "frame",
    t: isoTime(millis(t)),
    dev: "cems",
    boot,
    mono: mono(t),
    clk: ["ntp", 4],
    cfg,
    at: [[mono(t) - 12, mono(t) - 3, t - 3]],
    raw: [reply.toString("base64")],
    data: Object.fromEntries(data),
  };
}

export const genesis = (origin: string, key: string) =>
  ({
    type: "genesis",
    t: isoTime(millis(from - 7_200_000)),
    origin,
    gen: 1,
    hash: "sha256",
    twin: null,
    keys: [key],
    plant: "bench",
    stack: "s1",
    dev: { sn: "0", model: "bench", tpm: "none" },
    sw: { name: "cems-agent", ver: "0", sha256 },
    after: null,
  }) as const;

export function anchor(t: number, tree: { size: number; root: Buffer }, cosig: string[]): EntryBody {
  const root = tree.root.toString("base64");
  return { type: "anchor", t: isoTime(millis(t)), boot, mono: mono(t), size: tree.size, root, cosig };
}
