import { problems } from "../drivers/problem.ts";
import type { FaultRow } from "../feed/format/faults.ts";

/** What may be wrong with a site: a row for each kind of problem, and the fault that stops a program that has any. */
export const configFaults = {
  ...problems,
  E_CONFIG: {
    consequence: "nothing is started",
    hint: "Correct what is listed; `cems-agent check --config FILE` lists it again.",
    exit: 78,
  },
} as const satisfies Record<string, FaultRow>;
