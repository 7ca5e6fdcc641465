import { expect, test } from "vitest";
import { keepFaults } from "../../../agent/keep/faults.ts";

test("missing, corrupt, held, full, unreadable and forked are told apart by their exit status", () => {
  const names = ["MISSING", "CORRUPT", "HELD", "FULL", "IO", "FORK", "EXISTS"] as const;
  const exits = names.map((name) => keepFaults[`E_JOURNAL_${name}`].exit);
  expect(new Set(exits).size).toBe(names.length);
  expect(exits.filter((exit) => exit < 64 || exit > 78)).toEqual([]);
});
