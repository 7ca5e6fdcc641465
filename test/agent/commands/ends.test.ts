import { expect, test } from "vitest";
import { ends } from "../../../agent/commands/ends.ts";
import { faults } from "../../../agent/faults.ts";
import { problems } from "../../../drivers/problem.ts";
import type { FaultRow } from "../../../feed/format/faults.ts";

const rows: Readonly<Record<string, FaultRow>> = faults;

test("every fault that has an exit status ends some command, and only such ones do", () => {
  const ending = Object.keys(rows).filter((code) => rows[code]?.exit !== undefined);
  // Problems of a file are listed, and E_CONFIG ends the program; only a file that vanishes later is a fault by itself.
  const single = ending.filter((code) => !(code in problems) || code === "E_CONFIG_READ");
  expect([...new Set<string>(Object.values(ends).flat())].sort()).toEqual(single.sort());
});
