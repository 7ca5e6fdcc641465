import { expect, test } from "vitest";
import type { FaultRow } from "../../../feed/format/faults.ts";
import { linkFaults } from "../../../feed/link/faults.ts";
import { ends } from "../../../feed/receiver/ends.ts";
import { receiverFaults } from "../../../feed/receiver/faults.ts";
import { yamlProblems } from "../../../feed/yaml/problem.ts";

const rows: Readonly<Record<string, FaultRow>> = { ...receiverFaults, ...linkFaults };

test("every fault that has an exit status ends some command, and only such ones do", () => {
  // Problems of receiver.yaml are listed, and E_RECEIVER_SETTINGS ends the program.
  const ending = Object.keys(rows).filter((code) => rows[code]?.exit !== undefined && !(code in yamlProblems));
  expect([...new Set<string>(Object.values(ends).flat())].sort()).toEqual(ending.sort());
});
