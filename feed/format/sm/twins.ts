import { type Checkpoint, parseCheckpoint } from "../checkpoint.ts";
import { bad, good, type Result } from "../faults.ts";
import { openNote } from "../note.ts";
import type { Policy } from "../policy.ts";
import type { Findings } from "../report.ts";
import { twinOrigin } from "./tree.ts";

/** A checkpoint that verifies, and the file that holds it. */
export interface NamedHead {
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** Opens the checkpoint of a twin tree: signed with SM2 by a key of the policy whose name is the origin. */
export function openTwin(note: Buffer, { twins = [] }: Pick<Policy, "twins">): Result<Checkpoint> {
  const opened = openNote(note, twins);
  if (!opened.ok) return opened;
  const checkpoint = parseCheckpoint(opened.value.text);
  if (!checkpoint.ok) return checkpoint;
  const { origin } = checkpoint.value;
  return opened.value.signedBy.some(({ name }) => name === origin)
    ? good(checkpoint.value)
    : bad("CP_ORIGIN", `origin ${origin} is not a twin of the policy`);
}

/**
 * Opens all of a bundle. A policy that names the key of a twin asks for its checkpoint at the size of the largest of its
 * log: else who takes the notes away would take the suite away. QUORUM where that is not there.
 */
export function openTwins(
  files: readonly { readonly name: string; readonly bytes: Buffer }[],
  policy: Policy,
  heads: readonly { readonly checkpoint: Checkpoint }[],
  findings: Findings,
): NamedHead[] {
  if (policy.twins === undefined) return [];
  const opened: NamedHead[] = [];
  for (const { name, bytes } of files) {
    const read = openTwin(bytes, policy);
    if (read.ok) opened.push({ name, checkpoint: read.value });
    else findings.add({ ...read.problem, detail: `${name}: ${read.problem.detail}` });
  }
  for (const { name: twin } of policy.twins) {
    const sizes = heads
      .filter(({ checkpoint }) => twinOrigin(checkpoint.origin) === twin)
      .map(({ checkpoint }) => checkpoint.size);
    if (sizes.length === 0) continue;
    const size = Math.max(...sizes);
    if (opened.some(({ checkpoint }) => checkpoint.origin === twin && checkpoint.size === size)) continue;
    findings.add({ code: "QUORUM", detail: `no checkpoint of ${twin} for size ${size}` });
  }
  return opened;
}
