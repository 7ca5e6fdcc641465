import type { AnchorBody } from "../body.ts";
import { checkpointText } from "../checkpoint.ts";
import { appendLines, type Vkey, verifiedCosignatures } from "../note.ts";

/** What an anchor is held against. */
export interface AnchorContext {
  readonly origin: string;
  /** Keys of the policy's witnesses and mirrors; with none of them no anchor can be judged. */
  readonly witnesses: readonly Vkey[];
  /** Root of this log's own tree of that size; undefined where it is not at hand. */
  rootAt(size: number): Buffer | undefined;
}

/** When the tree in an anchor was cosigned, Unix ms (undefined: nobody can tell), or what is wrong with it. */
export function checkAnchor(
  { seq, size, root, cosig }: AnchorBody & { readonly seq: number },
  { origin, witnesses, rootAt }: AnchorContext,
): { readonly time: number | undefined } | { readonly wrong: string } {
  if (size > seq) return { wrong: `entry ${seq} embeds a tree of ${size}, which holds it` };
  const own = rootAt(size);
  if (own !== undefined && own.toString("base64") !== root)
    return { wrong: `entry ${seq}: the tree of ${size} has the root ${own.toString("base64")}, not ${root}` };
  if (witnesses.length === 0) return { time: undefined };
  const text = checkpointText({ origin, size, root: Buffer.from(root, "base64") });
  const verified = verifiedCosignatures(Buffer.from(appendLines(`${text}\n`, cosig)), witnesses);
  if (!verified.ok) return { wrong: `entry ${seq}: ${verified.problem.detail}` };
  const times = verified.value.map(({ time }) => time * 1000);
  return times.length === 0
    ? { wrong: `entry ${seq}: no cosignature is of a witness in the policy` }
    : { time: Math.max(...times) };
}
