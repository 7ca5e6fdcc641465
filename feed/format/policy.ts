import { bad, good, type Result } from "./faults.ts";
import { parseVkey, type Vkey } from "./vkey.ts";

/** Whose signatures count (C2SP tlog-policy). `quorum` names a witness or a group, or is "none". */
export interface Policy {
  readonly logs: readonly Vkey[];
  readonly witnesses: readonly Witness[];
  readonly groups: readonly Group[];
  readonly quorum: string;
  /** The key of the service's commands and nacks; a comment line `# control VKEY`, so that foreign readers skip it. */
  readonly control?: Vkey;
  /** The SM2 keys of twin trees; comment lines `# twin VKEY`, so that readers who know no SM2 skip them. */
  readonly twins?: readonly Vkey[];
}

export interface Witness {
  readonly label: string;
  readonly vkey: Vkey;
}

export interface Group {
  readonly label: string;
  /** How many members it takes. */
  readonly threshold: number | "all" | "any";
  readonly members: readonly string[];
}

/** The labels of a policy say the part each signer plays: M, M1, M2, ... mirror; all others only witness. */
export const isMirror = (label: string): boolean => /^M\d*$/.test(label);

interface Draft {
  readonly logs: Vkey[];
  readonly witnesses: Witness[];
  readonly groups: Group[];
  readonly used: Set<string>;
  quorum?: string;
  control?: Vkey;
  twins?: Vkey[];
}

/** In bytes: a register of some thirty thousand gateways. */
export const policyLimit = 4_194_304;

/**
 * Reads a policy file. KEY_UNKNOWN: a key that cannot be used, or that stands there twice. QUORUM: an unknown line, a name
 * used before it is defined or as a member twice, a threshold that cannot be met, not exactly one quorum line, or too long.
 */
export function parsePolicy(text: string): Result<Policy> {
  if (Buffer.byteLength(text) > policyLimit) return bad("QUORUM", `a policy of more than ${policyLimit} bytes`);
  const draft: Draft = { logs: [], witnesses: [], groups: [], used: new Set() };
  for (const [index, line] of text.split("\n").entries()) {
    const problem = readLine(draft, line);
    if (problem !== undefined) return bad(problem.code, `line ${index + 1}: ${problem.detail}`);
  }
  const { used: _, quorum, ...rest } = draft;
  return quorum === undefined ? bad("QUORUM", "the policy has no quorum line") : good({ ...rest, quorum });
}

/** The policy as a file that `parsePolicy` and other readers of C2SP tlog-policy accept. */
export function formatPolicy(policy: Policy): string {
  const lines = [
    ...policy.logs.map((log) => `log ${log.text}`),
    ...(policy.twins ?? []).map((twin) => `# twin ${twin.text}`),
    ...policy.witnesses.map(({ label, vkey }) => `witness ${label} ${vkey.text}`),
    ...(policy.control === undefined ? [] : [`# control ${policy.control.text}`]),
    ...policy.groups.map(({ label, threshold, members }) => `group ${label} ${threshold} ${members.join(" ")}`),
    `quorum ${policy.quorum}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Whether the keys that cosigned make the quorum. One key counts once, under however many names it stands. */
export function quorumMet(policy: Policy, keysSeen: readonly Vkey[]): boolean {
  const seen = new Set(keysSeen.map(material));
  const counted = new Map<string, string>();
  for (const { label, vkey } of policy.witnesses) {
    if (seen.delete(material(vkey))) counted.set(label, material(vkey));
  }
  const met = (label: string): boolean => {
    if (counted.has(label)) return true;
    const group = policy.groups.find((candidate) => candidate.label === label);
    return group !== undefined && group.members.filter(met).length >= needed(group);
  };
  return policy.quorum === "none" || met(policy.quorum);
}

type Problem = { readonly code: "KEY_UNKNOWN" | "QUORUM"; readonly detail: string };

function readLine(draft: Draft, line: string): Problem | undefined {
  const words = line.split(/[ \t]+/).filter((word) => word !== "");
  const [keyword, ...rest] = words;
  if (keyword === undefined) return undefined;
  if (keyword === "#" && rest[0] === "control") return readControl(draft, rest);
  if (keyword === "#" && rest[0] === "twin") return readTwin(draft, rest);
  if (keyword.startsWith("#")) return undefined;
  if (keyword === "log" && (rest.length === 1 || rest.length === 2)) return readLog(draft, rest);
  if (keyword === "witness" && (rest.length === 2 || rest.length === 3)) return readWitness(draft, rest);
  if (keyword === "group" && rest.length >= 3) return readGroup(draft, rest);
  if (keyword === "quorum" && rest.length === 1) return readQuorum(draft, rest);
  return { code: "QUORUM", detail: `not a line of a policy: ${line.slice(0, 80)}` };
}

function readControl(draft: Draft, [, text = ""]: readonly string[]): Problem | undefined {
  const vkey = keyOf(text, 1, draft.control === undefined ? [] : [draft.control]);
  if (!vkey.ok) return vkey.problem;
  draft.control = vkey.value;
  return undefined;
}

function readTwin(draft: Draft, [, text = ""]: readonly string[]): Problem | undefined {
  const vkey = keyOf(text, 255, draft.twins ?? []);
  if (!vkey.ok) return vkey.problem;
  draft.twins = [...(draft.twins ?? []), vkey.value];
  return undefined;
}

function readLog(draft: Draft, [text = ""]: readonly string[]): Problem | undefined {
  const vkey = keyOf(text, 1, draft.logs);
  if (!vkey.ok) return vkey.problem;
  draft.logs.push(vkey.value);
  return undefined;
}

function readWitness(draft: Draft, [label = "", text = ""]: readonly string[]): Problem | undefined {
  const taken = takenName(draft, label);
  if (taken !== undefined) return taken;
  const known = draft.witnesses.map((witness) => witness.vkey);
  const vkey = keyOf(text, 4, known);
  if (!vkey.ok) return vkey.problem;
  draft.witnesses.push({ label, vkey: vkey.value });
  return undefined;
}

function readGroup(draft: Draft, [label = "", how = "", ...members]: readonly string[]): Problem | undefined {
  const taken = takenName(draft, label);
  if (taken !== undefined) return taken;
  for (const member of members) {
    if (!defined(draft, member)) return { code: "QUORUM", detail: `"${member}" is not defined above` };
    if (draft.used.has(member)) return { code: "QUORUM", detail: `"${member}" is a member twice` };
    draft.used.add(member);
  }
  const number = /^[1-9][0-9]{0,3}$/.test(how) ? Number(how) : undefined;
  const threshold: Group["threshold"] | undefined = how === "all" || how === "any" ? how : number;
  if (threshold === undefined) return { code: "QUORUM", detail: `"${how}" is not all, any or a number` };
  const group: Group = { label, threshold, members };
  if (needed(group) > members.length) return { code: "QUORUM", detail: `${how} of ${members.length} cannot be met` };
  draft.groups.push(group);
  return undefined;
}

function readQuorum(draft: Draft, [name = ""]: readonly string[]): Problem | undefined {
  if (draft.quorum !== undefined) return { code: "QUORUM", detail: "a second quorum line" };
  if (name !== "none" && !defined(draft, name)) return { code: "QUORUM", detail: `"${name}" is not defined above` };
  draft.quorum = name;
  return undefined;
}

function keyOf(text: string, type: number, known: readonly Vkey[]): Result<Vkey, Problem> {
  const vkey = parseVkey(text);
  const refuse = (detail: string): Result<Vkey, Problem> => ({ ok: false, problem: { code: "KEY_UNKNOWN", detail } });
  if (!vkey.ok) return refuse(vkey.problem.detail);
  if (vkey.value.type !== type) return refuse(`${vkey.value.name} has a key of type ${vkey.value.type}, not ${type}`);
  if (known.some((other) => material(other) === material(vkey.value)))
    return refuse(`${vkey.value.name}: this key twice`);
  return vkey;
}

function takenName(draft: Draft, label: string): Problem | undefined {
  return label === "none" || defined(draft, label)
    ? { code: "QUORUM", detail: `the name "${label}" is taken` }
    : undefined;
}

const defined = (draft: Draft, label: string): boolean =>
  [...draft.witnesses, ...draft.groups].some((party) => party.label === label);

const needed = ({ threshold, members }: Group): number =>
  threshold === "all" ? members.length : threshold === "any" ? 1 : threshold;

const material = (vkey: Vkey): string => vkey.key.toString("hex");
