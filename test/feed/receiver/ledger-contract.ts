import { describe, expect, test } from "vitest";
import { emptyFrontier, type Frontier, leafHash, pushLeaf, rootOf } from "../../../feed/format/tree.ts";
import type { Change, Leaf, Ledger } from "../../../feed/receiver/ledger.ts";

const origin = "a.example/log/1";
const leaf = (seq: number, text = `entry ${seq}`): Leaf => {
  const bytes = Buffer.from(text);
  return { seq, bytes, hash: leafHash(bytes), type: "frame", readings: 2 };
};
const leaves = (from: number, to: number): Leaf[] => Array.from({ length: to - from }, (_, i) => leaf(from + i));
const frontier = (size: number): Frontier => leaves(0, size).reduce((f, { hash }) => pushLeaf(f, hash), emptyFrontier);
const tree = (size: number) => ({ size, root: rootOf(frontier(size)), note: Buffer.from(`note ${size}`) });
const change = (witnessed: number, mirrored: number, more: Partial<Change> & Pick<Change, "tree">): Change => ({
  seen: { witnessed, mirrored },
  leaves: [],
  frontier: frontier(mirrored),
  ...more,
});
const refusal = { time: 1, gateway: "g1", detail: "d" } as const;

/** What every ledger MUST do. `open` makes an empty one, `again` opens the same one anew. */
export function ledgerContract(name: string, make: () => { open(): Ledger }): void {
  describe(`${name} is a Ledger`, () => {
    test("holds nothing of a log it never heard of", async () => {
      const ledger = make().open();
      expect(await ledger.holding(origin)).toEqual({
        witnessed: undefined,
        mirrored: undefined,
        frontier: emptyFrontier,
      });
      expect(await ledger.tree(origin, 5)).toBeUndefined();
      expect([await ledger.entries(origin, 0, 9), (await ledger.hashes(origin, 0, 9)).size]).toEqual([[], 0]);
    });

    test("remembers the register in use, and refuses an earlier one and another of its number for ever", async () => {
      const place = make();
      const before = place.open();
      const [first, second, other] = [1, 2, 3].map((fill) => Buffer.alloc(32, fill)) as [Buffer, Buffer, Buffer];
      expect(await before.useRegister({ serial: 4, digest: first })).toBeUndefined();
      expect(await before.useRegister({ serial: 7, digest: second })).toBeUndefined();
      expect(await before.useRegister({ serial: 7, digest: second })).toBeUndefined();
      await before.close();
      const ledger = place.open();
      for (const found of [
        { serial: 4, digest: first },
        { serial: 7, digest: other },
      ])
        expect(await ledger.useRegister(found)).toMatchObject({ code: "REG_ROLLBACK" });
      expect(await ledger.useRegister({ serial: 8, digest: other })).toBeUndefined();
    });

    test("keeps trees, entries and the frontier together, and still has them when it is opened again", async () => {
      const place = make();
      const before = place.open();
      const first = change(0, 0, { tree: tree(5), leaves: leaves(0, 5), frontier: frontier(5) });
      expect(await before.keep(origin, first)).toBe(true);
      await before.close();
      const ledger = place.open();
      expect(await ledger.holding(origin)).toEqual({ witnessed: tree(5), mirrored: tree(5), frontier: frontier(5) });
      expect(await ledger.entries(origin, 1, 3)).toEqual([leaf(1).bytes, leaf(2).bytes]);
      expect([...(await ledger.hashes(origin, 3, 9))]).toEqual([
        [3, leaf(3).hash],
        [4, leaf(4).hash],
      ]);
    });

    test("witnesses ahead of what it mirrors, and remembers the smaller trees", async () => {
      const ledger = make().open();
      await ledger.keep(origin, change(0, 0, { tree: tree(9) }));
      await ledger.keep(origin, change(9, 0, { tree: tree(4), leaves: leaves(0, 4), frontier: frontier(4) }));
      expect(await ledger.holding(origin)).toEqual({ witnessed: tree(9), mirrored: tree(4), frontier: frontier(4) });
      expect(await ledger.tree(origin, 4)).toEqual(tree(4));
      expect(await ledger.treesBetween(origin, 0, 9)).toEqual([4, 9]);
      expect(await ledger.treesBetween(origin, 4, 8)).toEqual([]);
    });

    test("entries end at a gap", async () => {
      const ledger = make().open();
      await ledger.keep(origin, change(0, 0, { tree: tree(9), leaves: leaves(5, 9) }));
      await ledger.keep(origin, change(9, 0, { tree: tree(2), leaves: leaves(0, 2), frontier: frontier(2) }));
      expect(await ledger.entries(origin, 0, 9)).toEqual([leaf(0).bytes, leaf(1).bytes]);
      expect(await ledger.entries(origin, 3, 9)).toEqual([]);
    });

    test("tells what was computed within a range, in its order, also where entries are missing", async () => {
      const ledger = make().open();
      const typed = leaves(0, 9).map((one, seq) => ({ ...one, type: ["frame", "derived", "amend"][seq % 3] ?? "" }));
      await ledger.keep(origin, change(0, 0, { tree: tree(9), leaves: typed.slice(5) }));
      await ledger.keep(origin, change(9, 0, { tree: tree(4), leaves: typed.slice(0, 4), frontier: frontier(4) }));
      const computed = await ledger.computed(origin, 1, 8);
      const of = ({ seq, type, hash, bytes }: Omit<Leaf, "readings">) => ({ seq, type, hash, bytes });
      expect(computed).toEqual([1, 2, 5, 7].map((seq) => of(typed[seq] as Leaf)));
      expect(await ledger.computed("b.example/log/1", 0, 9)).toEqual([]);
    });

    test("tells the checks within a range, and no other event", async () => {
      const ledger = make().open();
      const codes = ["CALIBRATION_PASSED", "AGENT_STOP", "CALIBRATION_FAILED", "CALIBRATION_PASSED"];
      const told = leaves(0, 4).map((one, seq) => ({
        ...leaf(one.seq, `{"code":"${codes[seq]}","seq":${seq}}`),
        type: seq === 3 ? "frame" : "event",
      }));
      await ledger.keep(origin, change(0, 0, { tree: tree(4), leaves: told, frontier: frontier(4) }));
      const found = async (from: number, to: number) => (await ledger.checks(origin, from, to)).map(String);
      expect(await found(0, 4)).toEqual([String(told[0]?.bytes), String(told[2]?.bytes)]);
      expect(await found(1, 3)).toEqual([String(told[2]?.bytes)]);
    });

    test("gives out no entry whose bytes are no longer those that were verified", async () => {
      const ledger = make().open();
      const text = `{"code":"CALIBRATION_PASSED"}`;
      const told = ["frame", "event", "derived"].map((type, seq) => ({ ...leaf(seq, text), type }));
      const turned = told.map((one) => ({ ...one, bytes: Buffer.from(text.replace("PASSED", "FAILED")) }));
      await ledger.keep(origin, change(0, 0, { tree: tree(3), leaves: turned, frontier: frontier(3) }));
      for (const asked of [ledger.entries(origin, 0, 1), ledger.checks(origin, 0, 3), ledger.computed(origin, 0, 3)])
        await expect(asked).rejects.toMatchObject({ code: "E_LEDGER_CORRUPT" });
    });

    test("changes nothing where it is no longer what the decision rests on", async () => {
      const ledger = make().open();
      await ledger.keep(origin, change(0, 0, { tree: tree(3), leaves: leaves(0, 3), frontier: frontier(3) }));
      expect(await ledger.keep(origin, change(0, 0, { tree: tree(5), leaves: leaves(3, 5) }))).toBe(false);
      expect(await ledger.keep(origin, change(3, 0, { tree: tree(5), leaves: leaves(3, 5) }))).toBe(false);
      expect(await ledger.hashes(origin, 3, 5)).toEqual(new Map());
      expect(await ledger.tree(origin, 5)).toBeUndefined();
    });

    test("two decisions on one state: one is kept", async () => {
      const ledger = make().open();
      const both = [tree(2), tree(3)].map((one) => ledger.keep(origin, change(0, 0, { tree: one })));
      expect((await Promise.all(both)).sort()).toEqual([false, true]);
    });

    test("an entry is kept once: a second one of its number takes the whole change with it", async () => {
      const ledger = make().open();
      await ledger.keep(origin, change(0, 0, { tree: tree(3), leaves: leaves(0, 3), frontier: frontier(3) }));
      const twice = change(3, 3, { tree: tree(5), leaves: [leaf(2, "another"), leaf(3)] });
      await expect(ledger.keep(origin, twice)).rejects.toMatchObject({ code: "E_LEDGER_REFUSED" });
      expect(await ledger.entries(origin, 0, 9)).toEqual(leaves(0, 3).map(({ bytes }) => bytes));
      expect(await ledger.tree(origin, 5)).toBeUndefined();
    });

    test("sizes never go back", async () => {
      const ledger = make().open();
      await ledger.keep(origin, change(0, 0, { tree: tree(3), leaves: leaves(0, 3), frontier: frontier(3) }));
      const back = change(3, 3, { tree: tree(2), frontier: frontier(2) });
      await expect(ledger.keep(origin, back)).rejects.toMatchObject({ code: "E_LEDGER_REFUSED" });
    });

    test("logs do not mix", async () => {
      const ledger = make().open();
      await ledger.keep(origin, change(0, 0, { tree: tree(3), leaves: leaves(0, 3), frontier: frontier(3) }));
      await ledger.keep(
        "b.example/log/1",
        change(0, 0, { tree: tree(2), leaves: leaves(0, 2), frontier: frontier(2) }),
      );
      expect((await ledger.holding(origin)).mirrored?.size).toBe(3);
      expect((await ledger.holding("b.example/log/1")).mirrored?.size).toBe(2);
    });

    test("remembers of each log what was recomputed, and never less", async () => {
      const place = make();
      const before = place.open();
      expect(await before.recomputed(origin)).toBeUndefined();
      for (const below of [7, 5]) await before.setRecomputed(origin, below);
      await before.setRecomputed("b.example/log/1", 0);
      await before.close();
      const ledger = place.open();
      expect([await ledger.recomputed(origin), await ledger.recomputed("b.example/log/1")]).toEqual([7, 0]);
    });

    test("counts a finding that is told once for each note", async () => {
      const ledger = make().open();
      for (const note of ["a", "b", "a"])
        await ledger.refuse({ ...refusal, code: "DERIVED_DIFFERS", note: Buffer.from(note), once: true });
      expect((await ledger.summary()).codes).toEqual({ DERIVED_DIFFERS: 2 });
    });

    test("counts what was refused, by code, and what it holds", async () => {
      const ledger = make().open();
      await ledger.keep(origin, change(0, 0, { tree: tree(9), leaves: leaves(5, 9) }));
      await ledger.keep(origin, change(9, 0, { tree: tree(3), leaves: leaves(0, 3), frontier: frontier(3) }));
      await ledger.refuse({ ...refusal, code: "DUPLICATE" });
      for (let i = 0; i < 2; i++) await ledger.refuse({ ...refusal, code: "CP_FORK", note: Buffer.from("lie") });
      expect(await ledger.summary()).toEqual({
        entries: 7,
        readings: 14,
        mirrored: 3,
        mirroredReadings: 6,
        codes: { CP_FORK: 2, DUPLICATE: 1 },
        logs: [{ origin, witnessed: 9, mirrored: 3 }],
      });
    });
  });
}
