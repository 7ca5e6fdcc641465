import { configFaults } from "../config/faults.ts";
import { busFaults } from "../drivers/faults.ts";
import type { FaultRow } from "../feed/format/faults.ts";
import { linkFaults } from "../feed/link/faults.ts";
import { keepFaults } from "./keep/faults.ts";

/** Every failure of the agent: what follows for the data, what a person can do, and the exit status if it stops. */
export const faults = {
  ...busFaults,
  ...configFaults,
  ...keepFaults,
  ...linkFaults,
  E_TAIL_DEVICE: {
    consequence: "nothing is shown",
    hint: "Name one of the `devices` of the site by its id.",
    exit: 64,
  },
  E_POLICY: {
    consequence: "nothing is started",
    hint: "Put the policy.txt of the service, as `cems-receiver init` wrote it, where feed.policy says.",
    exit: 78,
  },
} as const satisfies Record<string, FaultRow>;
