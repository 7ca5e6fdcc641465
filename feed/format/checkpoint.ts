import { fromBase64 } from "./base64.ts";
import { bad, good, type Result } from "./faults.ts";

/** A tree head: the text of a C2SP tlog-checkpoint, without extension lines. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export function checkpointText(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString("base64")}\n`;
}

/** Reads exactly three lines; the size without sign or leading zero, below 2^53. CP_SYNTAX. */
export function parseCheckpoint(text: string): Result<Checkpoint> {
  const [origin, size, root, end, ...more] = text.split("\n");
  const count = parseSize(size ?? "");
  const hash = fromBase64(root ?? "", 32);
  if (!origin || end !== "" || more.length > 0) return bad("CP_SYNTAX", "a checkpoint has three lines");
  if (count === undefined) return bad("CP_SYNTAX", `"${size}" is not a tree size`);
  if (hash === undefined) return bad("CP_SYNTAX", "the root is not the base64 of 32 bytes");
  return good({ origin, size: count, root: hash });
}

/** A decimal number as sizes are written everywhere: no sign, no leading zero, below 2^53. */
export function parseSize(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const size = Number(text);
  return Number.isSafeInteger(size) ? size : undefined;
}
