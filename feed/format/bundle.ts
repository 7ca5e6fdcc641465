import { gunzipSync } from "node:zlib";
import { fromBase64 } from "./base64.ts";
import { parseSize } from "./checkpoint.ts";
import { bad, good, type Result } from "./faults.ts";
import { noteLimits } from "./note.ts";
import { frontierLength } from "./tree.ts";

/** The commit lane's message: byte for byte the body of C2SP tlog-witness `add-checkpoint`. */
export interface Commit {
  /** Size of the tree that the other side witnessed last. */
  readonly old: number;
  /** Consistency proof from `old` to the note's size. */
  readonly proof: readonly Buffer[];
  readonly note: Buffer;
}

/** The live and fill lanes' message: entries [from, from + entries.length) and the checkpoint that ends with them. */
export interface Bundle {
  /** Size of the newest tree that the sender holds a witness's cosignature for; 0 for none. */
  readonly old: number;
  /**
   * Consistency proof between `old` and the note's size, whichever is smaller first: a backlog that was committed already
   * is shown to be a part of the larger tree. Empty for old = 0, for equal sizes, and where old = from (then it follows
   * from the frontier).
   */
  readonly proof: readonly Buffer[];
  readonly from: number;
  /** Frontier of [0, from), largest subtree first; may be left out where old = from and the other side holds it. */
  readonly frontier: readonly Buffer[];
  /** The exact bytes of each entry. */
  readonly entries: readonly Buffer[];
  readonly note: Buffer;
}

export const bundleLimits = { bytes: 1_048_576, unzipped: 8_388_608, proof: 64 } as const;

const HEAD = "cems-bundle/v1";

export function encodeCommit({ old, proof, note }: Commit): Buffer {
  return Buffer.concat([Buffer.from(`old ${old}\n${hashLines(proof)}\n`), note]);
}

export function encodeBundle({ old, proof, from, frontier, entries, note }: Bundle): Buffer {
  const range = `range ${from} ${from + entries.length}`;
  const head = `${HEAD}\nold ${old}\n${hashLines(proof)}\n${range}\n${hashLines(frontier)}\n`;
  return Buffer.concat([Buffer.from(head), ...entries.flatMap((entry) => [entry, LF]), LF, note]);
}

/** Reads an add-checkpoint body. ENV_SYNTAX; the note itself is not looked into. */
export function parseCommit(payload: Buffer): Result<Commit> {
  if (payload.length > bundleLimits.bytes) return bad("ENV_SYNTAX", `${payload.length} bytes`);
  const reader = new Lines(payload);
  const old = reader.sizes("old", 1);
  const proof = reader.hashes();
  const note = reader.rest();
  if (old === undefined || proof === undefined) return bad("ENV_SYNTAX", "not an add-checkpoint body");
  if (note.length > noteLimits.bytes) return bad("ENV_SYNTAX", `a note of ${note.length} bytes`);
  return good({ old: old[0] as number, proof, note });
}

/**
 * Reads a bundle, plain or gzip (RFC 1952, known by its first bytes). ENV_SYNTAX: above 1 MiB, above 8 MiB unzipped, or
 * not of the grammar. Entries and note are cut out, not looked into.
 */
export function parseBundle(payload: Buffer): Result<Bundle> {
  if (payload.length > bundleLimits.bytes) return bad("ENV_SYNTAX", `${payload.length} bytes`);
  const plain = payload[0] === 0x1f && payload[1] === 0x8b ? unzip(payload) : payload;
  if (plain === undefined) return bad("ENV_SYNTAX", "broken gzip, or too large once unzipped");
  const reader = new Lines(plain);
  if (reader.line() !== HEAD) return bad("ENV_SYNTAX", `the first line is not ${HEAD}`);
  const old = reader.sizes("old", 1)?.[0];
  const proof = reader.hashes();
  if (old === undefined || proof === undefined) return bad("ENV_SYNTAX", "old size and its proof");
  const [from, to] = reader.sizes("range", 2) ?? [];
  const frontier = reader.hashes();
  if (from === undefined || to === undefined || frontier === undefined) return bad("ENV_SYNTAX", "range and frontier");
  if (to <= from || to - from > plain.length) return bad("ENV_SYNTAX", `range ${from} ${to}`);
  if (frontier.length !== frontierLength(from) && !(frontier.length === 0 && old === from)) {
    return bad("ENV_SYNTAX", `a frontier of ${frontier.length} hashes for ${from} entries`);
  }
  const entries = reader.entries(to - from);
  const note = reader.rest();
  if (entries === undefined) return bad("ENV_SYNTAX", `not ${to - from} entries and an empty line`);
  if (note.length > noteLimits.bytes) return bad("ENV_SYNTAX", `a note of ${note.length} bytes`);
  return good({ old, proof, from, frontier, entries, note });
}

const LF = Buffer.from("\n");

const hashLines = (hashes: readonly Buffer[]): string => hashes.map((hash) => `${hash.toString("base64")}\n`).join("");

function unzip(payload: Buffer): Buffer | undefined {
  try {
    return gunzipSync(payload, { maxOutputLength: bundleLimits.unzipped });
  } catch {
    return undefined;
  }
}

/** Takes a payload apart from its front. */
class Lines {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  raw(): Buffer | undefined {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) return undefined;
    const line = this.#bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return line;
  }

  line(): string | undefined {
    return this.raw()?.toString("latin1");
  }

  /** A keyword and so many sizes, one space between. */
  sizes(keyword: string, count: number): readonly number[] | undefined {
    const [word, ...texts] = this.line()?.split(" ") ?? [];
    const sizes = texts.map(parseSize).filter((size) => size !== undefined);
    return word === keyword && texts.length === count && sizes.length === count ? sizes : undefined;
  }

  /** Base64 hashes up to an empty line. */
  hashes(): readonly Buffer[] | undefined {
    const hashes: Buffer[] = [];
    for (let line = this.line(); line !== ""; line = this.line()) {
      const hash = fromBase64(line ?? "", 32);
      if (hash === undefined || hashes.length === bundleLimits.proof) return undefined;
      hashes.push(hash);
    }
    return hashes;
  }

  /** So many lines, none of them empty, and an empty one. */
  entries(count: number): readonly Buffer[] | undefined {
    const entries: Buffer[] = [];
    while (entries.length < count) {
      const line = this.raw();
      if (line === undefined || line.length === 0) return undefined;
      entries.push(line);
    }
    return this.raw()?.length === 0 ? entries : undefined;
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }
}
