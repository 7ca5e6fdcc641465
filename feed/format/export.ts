import { fromBase64 } from "./base64.ts";
import { type Checkpoint, parseCheckpoint, parseSize } from "./checkpoint.ts";
import { bad, good, type Result } from "./faults.ts";
import { linesOf, type ReadLeaves, readLeaves } from "./leaves.ts";
import { type OpenNote, openNote, parseNote } from "./note.ts";
import { type Policy, parsePolicy, quorumMet } from "./policy.ts";
import { type InclusionProof, parseProof } from "./proof.ts";
import { Findings, type Report, type ReportedCheckpoint } from "./report.ts";
import { type NamedHead, openTwins } from "./sm/twins.ts";
import { emptyFrontier, leafHash, rootOf, verifyInclusion } from "./tree.ts";

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

/** Verifies a bundle directory with nothing but itself and its policy; every failed check is in the report. */
export function verifyExport(files: ExportFiles): Report {
  const findings = new Findings();
  const policy = parsePolicy(files.keys);
  if (!policy.ok) {
    findings.add({ ...policy.problem, detail: `keys.txt ${policy.problem.detail}` });
    return report(findings, []);
  }
  const heads = files.notes.flatMap(({ name, bytes }) => keep(findings, name, openHead(bytes, policy.value)));
  const proofs = files.proofs.flatMap(({ name, bytes }) => keep(findings, name, openProof(bytes, policy.value)));
  const twins = openTwins(files.twins ?? [], policy.value, heads, findings);
  checkForks(findings, [...heads, ...proofs, ...twins]);
  const read = readLeaves(linesOf(files.leaves), findings, {
    frontier: readFrontier(files.frontier),
    sizes: new Set(heads.map((head) => head.checkpoint.size)),
    indexes: new Set(proofs.map(({ proof }) => proof.index)),
    ...(policy.value.twins !== undefined && {
      twin: {
        frontier: readFrontier(files.twinFrontier),
        sizes: new Set(twins.map(({ checkpoint }) => checkpoint.size)),
      },
    }),
  });
  if (read === undefined) return report(findings, heads);
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
  return report(findings, heads, read);
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

function openHead(bytes: Buffer, policy: Policy): Result<OpenedHead> {
  const keys = [...policy.logs, ...policy.witnesses.map((witness) => witness.vkey)];
  const parsed = parseNote(bytes);
  if (!parsed.ok) return parsed;
  const checkpoint = parseCheckpoint(parsed.value.text);
  if (!checkpoint.ok) return checkpoint;
  const note = openNote(bytes, keys);
  if (!note.ok) return note;
  return signedByItsLog(note.value, checkpoint.value)
    ? good({ checkpoint: checkpoint.value, ...cosignaturesOf(note.value, policy) })
    : bad("CP_ORIGIN", `origin ${checkpoint.value.origin} is not a log of the policy`);
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

function openProof(bytes: Buffer, policy: Policy): Result<OpenedProof> {
  const proof = parseProof(bytes);
  if (!proof.ok) return proof;
  const head = openHead(proof.value.note, policy);
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

/** Lines of base64, and perhaps one of the size; undefined hashes where one is not a hash. */
function readFrontier(text: string | undefined): { size?: number; stack: Buffer[] } | "broken" | undefined {
  if (text === undefined) return undefined;
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
): Report {
  const list = findings.list();
  const tree = read?.tree ?? emptyFrontier;
  const first = read?.first ?? 0;
  return {
    verdict: list.length === 0 ? "VALID" : "REFUSED",
    findings: list,
    checkpoints: heads.map(({ name, checkpoint, cosigned, quorate }) => {
      return { file: name, size: checkpoint.size, cosigned, quorate };
    }),
    first,
    entries: tree.size - first,
    root: rootOf(tree),
    covered: Math.max(first, ...heads.filter((head) => head.quorate).map((head) => head.checkpoint.size)),
  };
}
