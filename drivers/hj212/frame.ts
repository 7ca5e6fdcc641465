import { hj212Crc, hj212CrcText } from "./crc.ts";
import type { Finding } from "./finding.ts";

/** DATA of a frame, at most (HJ 212-2017, Table 2). Its four digits could say 9999. */
export const longestData = 1024;
const opening = 6; // "##" and the length
const closing = 4; // the check; CR LF is not waited for, since some loggers leave it out
/** Findings one chunk can give; more of them are only counted. */
const mostFindings = 16;

export type Cut =
  /** `frame` is "##" to the check, without CR LF. */
  { readonly frame: Buffer; readonly data: Buffer } | { readonly finding: Finding; readonly data?: Buffer };

/** The frame of a DATA text: "##", length, DATA, check, CR LF (HJ 212-2017, Table 2). */
export function frameOf(text: string): Buffer {
  const data = Buffer.from(text, "utf8");
  if (data.length > longestData) throw new RangeError(`DATA of ${data.length} bytes, at most ${longestData}`);
  return Buffer.concat([
    Buffer.from(`##${String(data.length).padStart(4, "0")}`),
    data,
    Buffer.from(`${hj212CrcText(data)}\r\n`),
  ]);
}

/**
 * Cuts a stream of bytes into frames, however it arrives split. What is no frame is passed over and counted; after a broken frame
 * the next one is looked for inside it. Holds one frame at most and never throws.
 */
export class FrameCutter {
  private readonly longest: number;
  private readonly bytes: Buffer;
  private length = 0;
  private thrown = 0;

  /** @param longest the longest DATA taken, at most 9999 */
  constructor(longest = longestData) {
    this.longest = longest;
    this.bytes = Buffer.alloc(opening + longest + closing);
  }

  /** Bytes that were part of no good frame; line ends between frames are not counted. */
  get discarded(): number {
    return this.thrown;
  }

  hear(chunk: Buffer): readonly Cut[] {
    const cuts: Cut[] = [];
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, this.bytes.length - this.length);
      chunk.copy(this.bytes, this.length, at, at + taken);
      this.length += taken;
      at += taken;
      this.look(cuts);
    }
    return cuts;
  }

  /** Cuts what can be cut. Afterwards there is room for at least one byte more. */
  private look(cuts: Cut[]): void {
    let findings = cuts.filter((cut) => "finding" in cut).length;
    for (;;) {
      this.toMark();
      const whole = this.wholeLength();
      if (whole === "wait") return;
      if (typeof whole === "number" && this.length < whole && !this.begunAnew()) return;
      const cut = typeof whole !== "number" ? whole : this.length < whole ? broken(whole) : this.checked(whole);
      if ("frame" in cut) {
        cuts.push(cut);
        this.drop(whole as number);
        continue;
      }
      if (findings++ < mostFindings) cuts.push(cut);
      this.throwAway(1);
    }
  }

  /** Passes over everything before what may be the beginning of a frame. */
  private toMark(): void {
    let at = 0;
    while (at < this.length && !(this.bytes[at] === hash && (at + 1 === this.length || this.bytes[at + 1] === hash)))
      at++;
    let ends = 0;
    for (let i = 0; i < at; i++) if (this.bytes[i] === 13 || this.bytes[i] === 10) ends++;
    this.thrown += at - ends;
    this.drop(at);
  }

  /** Bytes of the whole frame by its own account. */
  private wholeLength(): number | "wait" | { finding: Finding } {
    const digits = this.bytes.toString("latin1", 2, Math.min(opening, this.length));
    if (!/^\d*$/.test(digits)) return { finding: { code: "length", detail: `no length after ##: ${plain(digits)}` } };
    if (this.length < opening) return "wait";
    if (Number(digits) > this.longest)
      return { finding: { code: "length", detail: `a length of ${digits}, at most ${this.longest} are taken` } };
    return opening + Number(digits) + closing;
  }

  /** Whether another frame begins inside the one that is waited for: then the rest of this one never comes. */
  private begunAnew(end = this.length): boolean {
    return /##\d{4}(?:QN|ST|CN|PW|MN)=/.test(this.bytes.toString("latin1", 2, end));
  }

  private checked(whole: number): Cut {
    const data = Buffer.from(this.bytes.subarray(opening, whole - closing));
    const check = this.bytes.toString("latin1", whole - closing, whole);
    if (/^[0-9A-Fa-f]{4}$/.test(check) && Number.parseInt(check, 16) === hj212Crc(data))
      return { frame: Buffer.from(this.bytes.subarray(0, whole)), data };
    if (this.begunAnew(whole)) return broken(whole);
    const detail = `the check says ${plain(check)}, of ${data.length} bytes it is ${hj212CrcText(data)}`;
    return { finding: { code: "checksum", detail }, data };
  }

  private throwAway(count: number): void {
    this.thrown += count;
    this.drop(count);
  }

  private drop(count: number): void {
    if (count > 0) this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }
}

const hash = 0x23;

const broken = (whole: number): Cut => ({
  finding: { code: "cut", detail: `a frame of ${whole} bytes that stopped before its end` },
});

/** Foreign bytes as they can stand in a log line. */
const plain = (text: string): string => JSON.stringify(text.replace(/[^\x20-\x7e]/g, "."));
