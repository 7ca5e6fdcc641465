import type { FaultRow } from "../feed/format/faults.ts";

/** What stops the simulator. */
export const simulatorFaults = {
  E_SIM_SCENARIO: {
    consequence: "nothing is started",
    hint: "See simulator/README.md for the form of a scenario, and `cems-simulator list` for those that come with it.",
    exit: 78,
  },
  E_SIM_CONTROL: {
    consequence: "the wish is answered with the reason and nothing is changed",
    hint: "See simulator/README.md for what can be asked of a running simulation.",
  },
  E_SIM_FILE: {
    consequence: "the simulation ends",
    hint: "Check that the folder exists and that you may write to it.",
    exit: 73,
  },
  E_SIM_LISTEN: {
    consequence: "nothing is started",
    hint: "Another program holds the port; --port-base 0 lets the system choose free ones.",
    exit: 69,
  },
  E_SIM_PORTS: {
    consequence: "nothing is started",
    hint: "Give a lower --port-base, or 0 for free ports.",
    exit: 64,
  },
  E_SIM_PTY: {
    consequence: "nothing is started",
    hint: "A serial line needs /dev/ptmx, perl-base and coreutils, which every Debian and Ubuntu has.",
    exit: 69,
  },
  E_SIM_FOLDER: {
    consequence: "nothing is started",
    hint: "Name a folder that is empty or not there yet, where you may write.",
    exit: 73,
  },
  E_SIM_PROGRAM: {
    consequence: "the demo ends; its folder is kept and holds what each program said",
    hint: "Read the logs in the folder that was kept.",
    exit: 70,
  },
} as const satisfies Record<string, FaultRow>;
