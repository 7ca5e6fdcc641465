import type { StoredEntry } from "../entry.ts";
import { decodeBase64, decodedLength, QUOTE } from "./tokens.ts";

/** An entry that was recognised in its bytes: members that few ask for are read when they are. */
export abstract class Scanned<Entry extends StoredEntry> {
  abstract readonly type: Entry["type"];
  readonly v = 1;
  readonly seq: number;
  readonly cfg: number;
  /** `t` in Unix ms. */
  readonly wall: number;
  /** What `prev` says, until the next entry is scanned. */
  readonly before: Buffer;
  /** Good as long as whoever gave them says. */
  readonly bytes: Buffer;

  constructor(bytes: Buffer, before: Buffer, seq: number, cfg: number, wall: number) {
    this.bytes = bytes;
    this.before = before;
    this.seq = seq;
    this.cfg = cfg;
    this.wall = wall;
  }
  /** All of it, as any reader of JSON has it. */
  whole(): Entry {
    return JSON.parse(this.bytes.toString("latin1")) as Entry;
  }
  get t(): string {
    return this.whole().t;
  }
  get prev(): string {
    return this.whole().prev;
  }
  get salt(): string {
    return this.whole().salt;
  }
}

/** Time of an entry, Unix ms. */
export const wallOf = (entry: StoredEntry): number => (entry instanceof Scanned ? entry.wall : Date.parse(entry.t));

export const [hashLength, saltLength] = [44, 16];
const [hashBytes, saltBytes] = [32, 12];

export const isHash = (bytes: Buffer, at: number, into: Buffer): boolean =>
  isBase64(bytes, at, hashLength, hashBytes, into);
export const isSalt = (bytes: Buffer, at: number, into: Buffer): boolean =>
  isBase64(bytes, at, saltLength, saltBytes, into);

const isBase64 = (bytes: Buffer, at: number, length: number, decoded: number, into: Buffer): boolean =>
  bytes[at + length] === QUOTE &&
  decodeBase64(bytes, at, into, 0) === at + length &&
  decodedLength(bytes, at, at + length) === decoded;
