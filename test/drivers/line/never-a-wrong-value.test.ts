import { describe, expect, test } from "vitest";
import { readMuch, type Way } from "./bad-line.ts";
import { meters } from "./meters.ts";
import { modules } from "./modules.ts";
import type { Tongue } from "./tongue.ts";

const seed = Number(process.env.SEED ?? 20_261_123);

type Lines = Pick<Way, "where" | "ordered" | "echo" | "moving"> & { readonly lines: number };
const each = 600;
/** 36 lines of a protocol at once: they wait most of the time. */
const lines: readonly Lines[] = [
  { where: "pty", ordered: true, echo: false, moving: true, lines: 4 },
  { where: "pty", ordered: true, echo: false, moving: false, lines: 4 },
  { where: "pty", ordered: true, echo: true, moving: true, lines: 4 },
  { where: "tcp", ordered: true, echo: false, moving: true, lines: 4 },
  { where: "tcp", ordered: true, echo: false, moving: false, lines: 4 },
  { where: "tcp", ordered: true, echo: true, moving: true, lines: 4 },
  { where: "memory", ordered: true, echo: false, moving: true, lines: 2 },
  { where: "memory", ordered: true, echo: true, moving: false, lines: 2 },
  { where: "memory", ordered: false, echo: false, moving: true, lines: 4 },
  { where: "memory", ordered: false, echo: false, moving: false, lines: 2 },
  { where: "memory", ordered: false, echo: true, moving: true, lines: 2 },
];

const both = meters("DL/T 645", ["02010100", "02010200", "00010000", "B611", "B612", "9010"]);
const plain = modules("DCON", false, ["all", "channel", "text"]);
const summed = modules("DCON with checksum", true, ["all", "channel", "text"]);

async function neverWrong<Q>(tongues: readonly Tongue<Q>[]): Promise<void> {
  const all = await Promise.all(
    lines.flatMap((line, kind) =>
      Array.from({ length: line.lines }, async (_, i) => {
        const way = { ...line, seed: seed + 1000 * kind + i, reads: each };
        return { way, tally: await readMuch(tongues[i % tongues.length] as Tongue<Q>, way) };
      }),
    ),
  );
  expect(all.filter(({ tally }) => tally.wrong > 0)).toEqual([]);
  expect(all.reduce((sum, { tally }) => sum + tally.reads, 0)).toBeGreaterThanOrEqual(20_000);
  // A loaded machine makes a single line late again and again; all together still read.
  expect(all.filter(({ tally }) => tally.values === 0)).toEqual([]);
  expect(all.reduce((sum, { tally }) => sum + tally.values, 0)).toBeGreaterThan((all.length * each) / 5);
}

describe("a value read for one device and place is never that of another", { timeout: 120_000 }, () => {
  test("DL/T 645, both editions on one line", () => neverWrong([both]));
  test("DCON, with checksum and without", () => neverWrong([plain, summed]));
});

// In order, but so late that a copy of a probe's answer comes after the next probe; it must not vouch for what is still to come. Lines as
// bad as these lose many values: a module of which two probes go wrong is believed again when nothing of them can come any more.
test("DCON, with copies later than the next probe", { timeout: 120_000 }, async () => {
  const tallies = await Promise.all(
    Array.from({ length: 24 }, (_, i) => {
      const way = { where: "memory", ordered: true, echo: false, moving: i % 4 < 2, lateCopies: true } as const;
      return readMuch(i % 2 === 0 ? plain : summed, { ...way, seed: seed + i, reads: each });
    }),
  );
  expect(tallies.reduce((sum, { wrong }) => sum + wrong, 0)).toBe(0);
  expect(tallies.reduce((sum, { values }) => sum + values, 0)).toBeGreaterThan((24 * each) / 3);
});

// The same lines with one guard taken away: what it is worth, and that the tests above would notice. A meter's reply names its
// meter and what was read, so that the quarantine of its line spares waiting, not wrong values.
describe("wrong values are noticed", { timeout: 120_000 }, () => {
  const way = { seed, reads: 10_000, echo: false, moving: true, stopAtWrong: true } as const;
  test.each(["pty", "tcp", "memory"] as const)("%s without matching", async (where) => {
    for (const tongue of [plain, summed])
      expect((await readMuch(tongue, { ...way, where, ordered: true, without: ["matching"] })).wrong).toBeGreaterThan(
        0,
      );
    expect((await readMuch(both, { ...way, where, ordered: true, without: ["matching"] })).wrong).toBeGreaterThan(0);
  });
  test.each(["pty", "tcp", "memory"] as const)("%s without quarantine (DCON)", async (where) => {
    for (const tongue of [plain, summed])
      expect(
        (await readMuch(tongue, { ...way, where, ordered: false, without: ["quarantine"] })).wrong,
      ).toBeGreaterThan(0);
  });
});
