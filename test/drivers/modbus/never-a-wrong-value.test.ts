import { expect, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import type { RegisterRead } from "../../../drivers/driver.ts";
import { type Guard, openBus } from "../../../drivers/modbus/bus.ts";
import { isHeaded, type Kind, type Script, shown, startSlave, trueReply } from "./slave.ts";

/** Small numbers, so that thousands of time-outs fit into seconds: a reply is awaited about 8 ms. */
const deviceMs = 4;
const marginMs = 4;
const deadline = 10;

/** Blocks of equal length: only their place in time tells their replies apart on an RTU line. */
const blocks: readonly RegisterRead[] = [
  { functionCode: 3, start: 0, count: 4 },
  { functionCode: 3, start: 100, count: 4 },
  { functionCode: 3, start: 200, count: 4 },
  { functionCode: 4, start: 300, count: 4 },
  { functionCode: 4, start: 400, count: 4 },
  { functionCode: 3, start: 500, count: 1 },
  { functionCode: 3, start: 600, count: 1 },
];
const units = [1, 1, 2];

/** Mulberry32: a small seeded generator, so that a failing seed can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A line on which one request in four goes wrong. */
function badLine(kind: Kind, next: () => number, ordered: boolean): Script {
  const latest = ordered ? 6 : 2;
  const noise = (): Buffer =>
    Buffer.from(Array.from({ length: 1 + Math.floor(next() * 12) }, () => Math.floor(next() * 256)));
  return (question, device) => {
    const bytes = device.frame(trueReply(question), question.transaction);
    const fault = next();
    if (fault < 0.1) return [{ bytes, after: deadline * (0.6 + next() * latest) }];
    if (fault < 0.13) return [];
    if (fault < 0.16) return [{ bytes }, { bytes }];
    if (fault < 0.19) return [{ bytes }, { bytes, after: next() * deadline * 0.6 }];
    if (fault < 0.2)
      return [
        { bytes, after: deadline * 1.5 },
        { bytes, after: next() * deadline },
      ];
    if (fault < 0.21) return [{ bytes: noise() }, { bytes }];
    if (fault < 0.22) return [{ bytes }, { bytes: noise(), after: next() * 3 }];
    // Half a frame in a TCP stream, and then one of another reply out of turn: nothing in the bytes would tell.
    if (fault < 0.23 && (ordered || kind !== "tcp"))
      return [{ bytes: bytes.subarray(0, Math.floor(next() * bytes.length)) }];
    if (fault < 0.24) {
      const stranger = { ...question, unit: question.unit + 2, start: question.start + 50 };
      return [{ bytes: device.frame(trueReply(stranger), question.transaction + 5) }, { bytes }];
    }
    if (fault < 0.25 && !isHeaded(kind)) {
      const broken = Buffer.from(bytes);
      const at = Math.floor(next() * broken.length);
      broken[at] = (broken[at] ?? 0) ^ (1 + Math.floor(next() * 255));
      return [{ bytes: broken }];
    }
    if (fault < 0.26)
      return [
        { bytes: device.frame(Buffer.from([question.unit, question.functionCode | 0x80, 6]), question.transaction) },
      ];
    return [{ bytes, after: next() }];
  };
}

interface Tally {
  reads: number;
  values: number;
  wrong: number;
}

interface Way {
  readonly seed: number;
  readonly reads: number;
  /**
   * An ordered device answers in turn, 6 deadlines late and more. Another one answers in any order, within the quarantine; in memory
   * only, since on a busy machine the operating system may hold a reply for longer than these small deadlines.
   */
  readonly ordered: boolean;
  readonly without?: readonly Guard[];
  /** The line gives our own requests back. */
  readonly echo?: boolean;
  readonly stopAtWrong?: boolean;
}

/** Reads random blocks of random units over one bad line, and compares every register with what only that register holds. */
async function readMuch(
  kind: Kind,
  { seed, reads, ordered, echo = false, without = [], stopAtWrong }: Way,
): Promise<Tally> {
  const next = random(seed);
  const slave = await startSlave(kind, badLine(kind, random(seed + 1), ordered), { ordered, echo });
  const bus = openBus(slave.settings, systemClock, { marginMs, without, random: () => 0, ...slave.options });
  const tally: Tally = { reads: 0, values: 0, wrong: 0 };
  while (tally.reads < reads && !(stopAtWrong && tally.wrong > 0)) {
    const request = blocks[Math.floor(next() * blocks.length)] as RegisterRead;
    const unit = units[Math.floor(next() * units.length)] as number;
    const exchange = await bus.transact({ unit, request }, { deviceMs });
    if (exchange.failure?.code === "E_BUS_CLOSED") {
      // Noise in a TCP stream costs the connection; what was never asked does not count as a read.
      await new Promise((resolve) => setTimeout(resolve, 5));
      continue;
    }
    tally.reads++;
    if (exchange.failure !== undefined || exchange.reply === undefined) continue;
    tally.values++;
    for (let i = 0; i < request.count; i++)
      if (exchange.reply.readUInt16BE(3 + 2 * i) !== shown(unit, request.start + i)) tally.wrong++;
  }
  await bus.close();
  return tally;
}

const seed = Number(process.env.SEED ?? 20_261_123);
interface Lines extends Pick<Way, "ordered" | "echo"> {
  readonly kind: Kind;
  readonly lines: number;
  readonly each: number;
}
const lines = [
  { kind: "tcp", ordered: true, lines: 6, each: 1600 },
  { kind: "udp", ordered: true, lines: 4, each: 1600 },
  { kind: "tcp", ordered: false, lines: 2, each: 1600 },
  { kind: "rtu", ordered: true, lines: 4, each: 1000 },
  { kind: "rtu-over-tcp", ordered: true, lines: 4, each: 1000 },
  { kind: "ascii", ordered: true, lines: 4, each: 1000 },
  { kind: "ascii-over-tcp", ordered: true, lines: 4, each: 1000 },
  { kind: "rtu", ordered: true, lines: 3, each: 600, echo: true },
  { kind: "ascii", ordered: true, lines: 3, each: 600, echo: true },
  { kind: "fake", ordered: true, lines: 2, each: 1000 },
  { kind: "fake", ordered: false, lines: 3, each: 1000 },
  { kind: "fake-ascii", ordered: true, lines: 2, each: 1000 },
  { kind: "fake-ascii", ordered: false, lines: 3, each: 1000 },
  { kind: "fake-ascii", ordered: true, lines: 2, each: 1000, echo: true },
] as const satisfies readonly Lines[];

test("real lines are read 20,000 times and more in all", () => {
  const reads = lines.filter(({ kind }) => !kind.startsWith("fake")).map((line) => line.lines * line.each);
  expect(reads.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(20_000);
});

test.each<Lines>(lines)(
  "a value read for one register is never that of another: $kind, in order $ordered, echo $echo",
  { timeout: 120_000 },
  async ({ kind, ordered, lines, each, echo = false }) => {
    const all = await Promise.all(
      Array.from({ length: lines }, (_, i) => readMuch(kind, { seed: seed + 1000 * i, reads: each, ordered, echo })),
    );
    expect(all.map(({ wrong }) => wrong)).toEqual(all.map(() => 0));
    for (const { reads, values } of all) expect(values).toBeGreaterThan(reads / 5);
  },
);

// The same lines with one guard taken away: what it is worth, and that the test above would notice.
test.each([
  ["fake", "quarantine", false],
  ["rtu", "quarantine", false],
  ["rtu-over-tcp", "quarantine", false],
  ["tcp", "matching", true],
  ["fake", "matching", true],
  ["rtu", "matching", true],
  ["rtu-over-tcp", "matching", true],
  ["udp", "matching", true],
  ["fake-ascii", "quarantine", false],
  ["fake-ascii", "matching", true],
  ["ascii", "matching", true],
  ["ascii-over-tcp", "matching", true],
] as const)("%s without %s gives wrong values", { timeout: 120_000 }, async (kind, guard, ordered) => {
  const way: Way = { seed, reads: 10_000, ordered, without: [guard], stopAtWrong: true };
  expect((await readMuch(kind, way)).wrong).toBeGreaterThan(0);
});
