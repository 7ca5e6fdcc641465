import { fromBase64 } from "./base64.ts";
import { parseSize } from "./checkpoint.ts";
import { bad, good, type Result } from "./faults.ts";
import { noteLimits } from "./note.ts";

/** That one entry is in a signed tree: C2SP tlog-proof@v1. `extra` is the entry itself, where the file carries it. */
export interface InclusionProof {
  readonly extra?: Buffer;
  readonly index: number;
  readonly hashes: readonly Buffer[];
  readonly note: Buffer;
}

const HEAD = "c2sp.org/tlog-proof@v1";
const fileLimit = 262_144;

export function encodeProof({ extra, index, hashes, note }: InclusionProof): Buffer {
  const lines = [
    HEAD,
    ...(extra === undefined ? [] : [`extra ${extra.toString("base64")}`]),
    `index ${index}`,
    ...hashes.map((hash) => hash.toString("base64")),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\n")}\n\n`), note]);
}

/** Reads a proof file. CP_SYNTAX; neither the note nor the hashes are verified. */
export function parseProof(raw: Buffer): Result<InclusionProof> {
  const gap = raw.indexOf("\n\n");
  if (raw.length > fileLimit || gap < 0) return bad("CP_SYNTAX", "not a proof of inclusion");
  const note = raw.subarray(gap + 2);
  if (note.length > noteLimits.bytes) return bad("CP_SYNTAX", `a note of ${note.length} bytes`);
  const [head, ...lines] = raw.subarray(0, gap).toString("latin1").split("\n");
  if (head !== HEAD) return bad("CP_SYNTAX", `the first line is not ${HEAD}`);
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift()?.slice(6) ?? "") : null;
  const place = lines.shift();
  const index = place?.startsWith("index ") ? parseSize(place.slice(6)) : undefined;
  const hashes = lines.map((line) => fromBase64(line, 32)).filter((hash) => hash !== undefined);
  if (extra === undefined || index === undefined || hashes.length !== lines.length || hashes.length > 63) {
    return bad("CP_SYNTAX", "not a proof of inclusion");
  }
  return good({ ...(extra === null ? {} : { extra }), index, hashes, note });
}
