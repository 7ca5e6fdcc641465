import type { FaultRow } from "../feed/format/faults.ts";
import type { Path, Yaml } from "./yaml.ts";

/** One thing that is wrong with a file a person wrote, where it is, and what to write instead. */
export interface Problem {
  readonly code: ProblemCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line as it is written. */
  readonly excerpt: string;
  readonly message: string;
  readonly instead: string;
}

const stop = { consequence: "nothing is started", exit: 78 } as const;
/** What may be wrong with a site file or a profile. */
export const problems = {
  E_CONFIG_READ: { ...stop, hint: "Check the path and that the agent's user may read it." },
  E_CONFIG_SYNTAX: { ...stop, hint: "The file is not YAML; the line says where reading ended." },
  E_CONFIG_KEY: { ...stop, hint: "No such setting; a misspelt one would silently be left at its default." },
  E_CONFIG_MISSING: { ...stop, hint: "A setting without a default is not there." },
  E_CONFIG_VALUE: { ...stop, hint: "The setting does not take this value." },
  E_CONFIG_RANGE: { ...stop, hint: "The number or duration is outside what the setting takes." },
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
  E_CONFIG_DUPLICATE: { ...stop, hint: "What is named or connected twice would be polled or kept twice." },
  E_CONFIG_CHANNEL: { ...stop, hint: "A channel is <device>.<point>; it is at most 32 characters and named once." },
  E_CONFIG_DERIVED: {
    ...stop,
    hint: "feed/derive/README.md says of each formula what it takes, in which unit and basis.",
  },
  E_CONFIG_SIZE: { ...stop, hint: "One device has too many points for one entry of the journal." },
} as const satisfies Record<string, FaultRow>;
export type ProblemCode = keyof typeof problems;

/** Makes problems of one file; `part` says whether the caret stands under a key or its value. */
export type Reporter = (
  code: ProblemCode,
  path: Path,
  message: string,
  instead: string,
  part?: "key" | "value",
) => Problem;

export function reporter(file: string, yaml: Yaml): Reporter {
  return (code, path, message, instead, part = "value") => {
    const place = yaml.where(path, part);
    return { code, file, ...place, excerpt: yaml.line(place.line), message, instead };
  };
}

export const syntaxProblems = (file: string, yaml: Yaml): Problem[] =>
  yaml.problems.map((problem) => ({ code: "E_CONFIG_SYNTAX", file, excerpt: yaml.line(problem.line), ...problem }));
