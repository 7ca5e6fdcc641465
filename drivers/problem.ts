import type { FaultRow } from "../feed/format/faults.ts";
import type { Problem as ProblemOf, Reporter as ReporterOf } from "../feed/yaml/problem.ts";
import { yamlProblems } from "../feed/yaml/problem.ts";

const stop = { consequence: "nothing is started", exit: 78 } as const;
/** What may be wrong with a site file or a profile. */
export const problems = {
  ...yamlProblems,
  E_CONFIG_REGISTER: { ...stop, hint: "Modbus registers and bits are numbered 0 to 65535." },
  E_CONFIG_UNIT: { ...stop, hint: "Write units as in the table of drivers/units.ts." },
  E_CONFIG_PROFILE: {
    ...stop,
    hint: "Profiles are the files below drivers/profiles and in the folder named by `profiles`.",
  },
  E_CONFIG_POINT: { ...stop, hint: "The profile of the device says which points there are." },
  E_CONFIG_ENGINEERING: {
    ...stop,
    hint: "Only input modules are scaled by the site; an instrument's profile says its scale.",
  },
  E_CONFIG_LINE: { ...stop, hint: "A device names one of `lines` by its id." },
  E_CONFIG_ADDRESS: {
    ...stop,
    hint: "Two devices on one line need two unit ids, or their answers cannot be told apart.",
  },
  E_CONFIG_CHANNEL: { ...stop, hint: "A channel is <device>.<point>; it is at most 32 characters and named once." },
  E_CONFIG_DERIVED: {
    ...stop,
    hint: "feed/derive/README.md says of each formula what it takes, in which unit and basis.",
  },
  E_CONFIG_CERTIFICATE: {
    ...stop,
    hint: "config/sectors lists what each sector certifies, in which unit.",
  },
  E_CONFIG_SIZE: { ...stop, hint: "One device has too many points for one entry of the journal." },
} as const satisfies Record<string, FaultRow>;
export type ProblemCode = keyof typeof problems;

export type Problem = ProblemOf<ProblemCode>;
export type Reporter = ReporterOf<ProblemCode>;
