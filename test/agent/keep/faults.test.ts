import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepFaults } from "../../../agent/keep/faults.ts";
import { root } from "../../support/program.ts";

test("missing, corrupt, held, full, unreadable and forked are told apart by their exit status", () => {
  const names = ["MISSING", "CORRUPT", "HELD", "FULL", "IO", "FORK", "EXISTS"] as const;
  const exits = names.map((name) => keepFaults[`E_JOURNAL_${name}`].exit);
  expect(new Set(exits).size).toBe(names.length);
  expect(exits.filter((exit) => exit < 64 || exit > 78)).toEqual([]);
});

test.each(["E_JOURNAL_EXISTS", "E_JOURNAL_MISSING", "E_JOURNAL_FORK", "E_KEY_EXISTS", "E_KEY_MISSING"] as const)(
  "%s leads to a second history only under a second name",
  (code) => {
    const { hint } = keepFaults[code];
    expect(hint).toContain("new generation takes a new `site.origin` first: see agent/README.md");
    expect(hint).not.toMatch(/`cems-agent init`|away yourself|empty folder/);
    expect(readFileSync(join(root, "agent", "README.md"), "utf8")).toContain("\n## A new generation\n");
  },
);
