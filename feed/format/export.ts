import { fromBase64 } from "./base64.ts";
import type { ConfigBody } from "./body.ts";
import { type Checkpoint, parseCheckpoint, parseSize } from "./checkpoint.ts";
import { judgeEntries } from "./checks/offline.ts";
import type { Tolerances } from "./checks/tolerances.ts";
import { readEntry } from "./entry.ts";
import { checkEpoch } from "./epoch.ts";
import { bad, good, type Result } from "./faults.ts";
import { linesOf, type ReadLeaves, readLeaves, type Wanted } from "./leaves.ts";
import { type OpenNote, openNote, parseNote, type Verify } from "./note.ts";
import { type Policy, parsePolicy, quorumMet } from "./policy.ts";
import { type InclusionProof, parseProof } from "./proof.ts";
import type { Register, RegisteredLog } from "./registry.ts";
import { Findings, type Report, type ReportedCheckpoint, verdictOf } from "./report.ts";
import { type NamedHead, openTwins } from "./sm/twins.ts";
import { alone, emptyFrontier, leafHash, rootOf, verifyInclusion } from "./tree.ts";

export interface NamedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A bundle directory. `keys` is a policy (C2SP tlog-policy); who verifies should hold his own and put it in its place. */
export interface ExportFiles {
  /** keys.txt */
  readonly keys: string;
  /** leaves.jsonl, in chunks of any size. */
  readonly leaves: Iterable<Buffer>;
  /** open.frontier: the subtree hashes before the first entry, where that is not entry 0. */
  readonly frontier?: string;
  /** checkpoint*.note and checkpoints/*.note */
  readonly notes: readonly NamedFile[];
  /** checkpoint*sm3*.note and checkpoints/*sm3*.note: of the twin tree. Ignored where the policy names no twin key. */
  readonly twins?: readonly NamedFile[];
  /** open-sm3.frontier: the same as `frontier` in the twin tree. */
  readonly twinFrontier?: string;
  /** *.tlog-proof */
  readonly proofs: readonly NamedFile[];
}

/** Who may sign: a policy, and where there is a register the epochs of the keys and the entry 0 of each log. */
interface Trust {
  readonly policy: Policy;
  readonly logs: readonly RegisteredLog[] | undefined;
  readonly verify: Verify | undefined;
}

/** What a verifier may know beside the directory. */
export interface ExportOptions {
  /** In the place of the policy in the directory. */
  readonly register?: Register | undefined;
  /** Without a register: leaf hash of the entry 0 that the log was registered with. */
  readonly genesis?: Buffer | undefined;
  readonly tolerances?: Partial<Tolerances>;
  /** Is given each entry that is one, in their order. */
  readonly take?: NonNullable<Wanted["take"]>;
  /** Looks at the signatures on checkpoints and in anchors in our place. */
  readonly verify?: Verify | undefined;
}

/**
 * Verifies a bundle directory with nothing but itself and its policy, or with a register in the policy's place; every failed
 * check is in the report.
 */
export function verifyExport(
  files: ExportFiles,
  { register, tolerances, take, verify, ...known }: ExportOptions = {},
): Report {
  const findings = new Findings();
  const trust = trustOf(files, register, verify);
  if (!trust.ok) {
    findings.add({ ...trust.problem, detail: `keys.txt ${trust.problem.detail}` });
    return report(findings, []);
  }
  const opened = files.notes.flatMap(({ name, bytes }) => keep(findings, name, openHead(bytes, trust.value)));
  const proofs = files.proofs.flatMap(({ name, bytes }) => keep(findings, name, openProof(bytes, trust.value)));
  const origin = opened[0]?.checkpoint.origin;
  const heads = opened.filter(({ name, checkpoint }) => {
    const foreign = checkpoint.origin !== origin;
    if (foreign) findings.add({ code: "CP_ORIGIN", detail: `${name}: origin ${checkpoint.origin}, not ${origin}` });
    return !foreign;
  });
  const twins = openTwins(files.twins ?? [], trust.value.policy, heads, findings);
  checkForks(findings, [...heads, ...proofs, ...twins]);
  const genesis = trust.value.logs?.find((log) => log.origin === origin)?.genesis ?? known.genesis;
  const judge = judgeEntries(heads, trust.value.policy, findings, {
    earlier: provenConfigs(proofs, origin),
    verify,
    ...(genesis && { genesis }),
    ...(tolerances && { tolerances }),
  });
  const read = readLeaves(linesOf(files.leaves), findings, {
    visit: judge.visit,
    ...(take && { take }),
    frontier: readFrontier(files.frontier),
    sizes: new Set(heads.map((head) => head.checkpoint.size)),
    indexes: new Set(proofs.map(({ proof }) => proof.index)),
    ...(trust.value.policy.twins !== undefined && {
      twin: {
        frontier: readFrontier(files.twinFrontier),
        sizes: new Set(twins.map(({ checkpoint }) => checkpoint.size)),
      },
    }),
  });
  if (read === undefined) return report(findings, heads);
  judge.end();
  checkRoots(findings, heads, read.roots, read);
  checkRoots(findings, twins, read.twinRoots, read);
  for (const { name, proof, checkpoint } of proofs) {
    const leaf = proof.extra === undefined ? read.hashes.get(proof.index) : leafHash(proof.extra);
    const { size, root } = checkpoint;
    if (leaf === undefined) findings.add({ code: "LEAVES_MISSING", detail: `${name} entry ${proof.index}` });
    else if (!verifyInclusion(leaf, proof.index, size, root, proof.hashes)) {
      findings.add({ code: "ROOT_MISMATCH", detail: `${name} entry ${proof.index}` });
    }
  }
  if (files.notes.length === 0) findings.add({ code: "LEAVES_MISSING", detail: "no checkpoint" });
  else if (!heads.some((head) => head.quorate)) {
    findings.add({ code: "QUORUM", detail: "no checkpoint carries the quorum" });
  }
  return report(findings, heads, read, judge.unjudged());
}

function checkRoots(
  findings: Findings,
  heads: readonly NamedHead[],
  roots: ReadonlyMap<number, Buffer>,
  { first, tree }: Pick<ReadLeaves, "first" | "tree">,
): void {
  for (const { name, checkpoint } of heads) {
    const root = roots.get(checkpoint.size);
    const at = `${name} size ${checkpoint.size}`;
    if (root === undefined) findings.add({ code: "LEAVES_MISSING", detail: `${at}, entries ${first} to ${tree.size}` });
    else if (!root.equals(checkpoint.root)) findings.add({ code: "ROOT_MISMATCH", detail: at });
  }
}

interface OpenedHead {
  readonly checkpoint: Checkpoint;
  readonly cosigned: ReportedCheckpoint["cosigned"];
  readonly quorate: boolean;
}

interface OpenedProof extends OpenedHead {
  readonly proof: InclusionProof;
}

/** Configurations from before the range, each proven to be in a tree of this log that the quorum has cosigned. */
function provenConfigs(proofs: readonly OpenedProof[], origin: string | undefined): ReadonlyMap<number, ConfigBody> {
  const configs = new Map<number, ConfigBody>();
  for (const { proof, checkpoint, quorate } of proofs) {
    const { extra, index, hashes } = proof;
    if (extra === undefined || !quorate || checkpoint.origin !== origin) continue;
    if (!verifyInclusion(leafHash(extra), index, checkpoint.size, checkpoint.root, hashes)) continue;
    const read = readEntry(extra);
    if (read.ok && read.value.seq === index && read.value.type === "config") configs.set(index, read.value);
  }
  return configs;
}

function trustOf({ keys }: ExportFiles, register: Register | undefined, verify: Verify | undefined): Result<Trust> {
  if (register === undefined) {
    const policy = parsePolicy(keys);
    return policy.ok ? good({ policy: policy.value, logs: undefined, verify }) : policy;
  }
  const registered = register.logs.flatMap((log) => log.keys.map(({ vkey }) => vkey));
  const logs = registered.filter(({ type }) => type === 1);
  const twins = registered.filter(({ type }) => type === 255);
  const policy = { ...register.policy, logs, ...(twins.length > 0 && { twins }) };
  return good({ policy, logs: register.logs, verify });
}

function openHead(bytes: Buffer, { policy, logs, verify }: Trust): Result<OpenedHead> {
  const keys = [...policy.logs, ...policy.witnesses.map((witness) => witness.vkey)];
  const parsed = parseNote(bytes);
  if (!parsed.ok) return parsed;
  const checkpoint = parseCheckpoint(parsed.value.text);
  if (!checkpoint.ok) return checkpoint;
  const note = openNote(bytes, keys, undefined, verify);
  if (!note.ok) return note;
  const { origin, size } = checkpoint.value;
  if (!signedByItsLog(note.value, checkpoint.value))
    return bad("CP_ORIGIN", `origin ${origin} is not a log of the policy`);
  const epochs = logs?.find((log) => log.origin === origin)?.keys;
  const invalid = epochs && checkEpoch(epochs, note.value.signedBy, size);
  return invalid === undefined
    ? good({
        checkpoint: { ...checkpoint.value, root: alone(checkpoint.value.root) },
        ...cosignaturesOf(note.value, policy),
      })
    : { ok: false, problem: invalid };
}

/** C2SP tlog-policy: the name of a log's key is its origin. */
const signedByItsLog = ({ signedBy }: OpenNote, { origin }: Checkpoint): boolean =>
  signedBy.some((vkey) => vkey.name === origin);

function cosignaturesOf({ cosignatures }: OpenNote, policy: Policy): Pick<OpenedHead, "cosigned" | "quorate"> {
  return {
    cosigned: cosignatures.map(({ vkey, time }) => ({ name: vkey.name, time })),
    quorate: quorumMet(
      policy,
      cosignatures.map(({ vkey }) => vkey),
    ),
  };
}

function openProof(bytes: Buffer, trust: Trust): Result<OpenedProof> {
  const proof = parseProof(bytes);
  if (!proof.ok) return proof;
  const head = openHead(proof.value.note, trust);
  return head.ok ? good({ ...head.value, proof: proof.value }) : head;
}

function keep<T>(findings: Findings, name: string, read: Result<T>): (T & { readonly name: string })[] {
  if (read.ok) return [{ ...read.value, name }];
  findings.add({ code: read.problem.code, detail: `${name}: ${read.problem.detail}` });
  return [];
}

function checkForks(findings: Findings, heads: readonly NamedHead[]): void {
  const roots = new Map<string, Buffer>();
  for (const { name, checkpoint } of heads) {
    const tree = `${checkpoint.origin} ${checkpoint.size}`;
    const known = roots.get(tree) ?? checkpoint.root;
    roots.set(tree, known);
    if (!known.equals(checkpoint.root)) findings.add({ code: "CP_FORK", detail: `${name} size ${checkpoint.size}` });
  }
}

/** 64 hashes and a size are not 4 KiB. */
const frontierLimit = 65_536;

/** Lines of base64, and perhaps one of the size; undefined hashes where one is not a hash. */
function readFrontier(text: string | undefined): { size?: number; stack: Buffer[] } | "broken" | undefined {
  if (text === undefined) return undefined;
  if (text.length > frontierLimit) return "broken";
  const words = text.split(/\s+/).filter((word) => word !== "");
  const size = words.map(parseSize).find((number) => number !== undefined);
  const stack = words.filter((word) => parseSize(word) === undefined).map((word) => fromBase64(word, 32));
  if (!stack.every((hash) => hash !== undefined)) return "broken";
  return { ...(size !== undefined && { size }), stack };
}

function report(
  findings: Findings,
  heads: readonly (OpenedHead & { readonly name: string })[],
  read?: ReturnType<typeof readLeaves>,
  unjudged = 0,
): Report {
  const list = findings.list();
  const tree = read?.tree ?? emptyFrontier;
  const first = read?.first ?? 0;
  const origin = heads[0]?.checkpoint.origin;
  return {
    ...(origin !== undefined && { origin }),
    verdict: verdictOf(list),
    findings: list,
    checkpoints: heads.map(({ name, checkpoint, cosigned, quorate }) => {
      return { file: name, size: checkpoint.size, cosigned, quorate };
    }),
    first,
    entries: tree.size - first,
    root: rootOf(tree),
    covered: Math.max(first, ...heads.filter((head) => head.quorate).map((head) => head.checkpoint.size)),
    unjudged,
  };
}
