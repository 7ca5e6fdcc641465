import type { FrameBody } from "../body.ts";
import { limits } from "../canonical.ts";
import type { StoredEntry } from "../entry.ts";
import { newReadings, type Readings, scanReadings } from "./readings.ts";
import { hashLength, isHash, isSalt, Scanned, saltLength } from "./scanned.ts";
import { timeAt, timeLength } from "./time.ts";
import {
  COMMA,
  countIn,
  decodeBase64,
  decodedLength,
  deviceBytes,
  hexBytes,
  literal,
  QUOTE,
  skip,
  skipClass,
  skipCount,
} from "./tokens.ts";

type Frame = StoredEntry & FrameBody;

/** The replies in a frame, decoded one behind the other. Overwritten by the next frame. */
export interface Replies {
  count: number;
  readonly bytes: Buffer;
  readonly from: Int32Array;
  /** Of a read without reply the same as `from`. */
  readonly to: Int32Array;
}

/** A frame without an object for each reading: `readings` and `replies` hold until the next entry is scanned. */
export class ScannedFrame extends Scanned<Frame> {
  readonly type = "frame";
  readonly boot: string;
  readonly mono: number;
  readonly clk: FrameBody["clk"];
  readonly dev: string | undefined;
  readonly readings: Readings;
  readonly replies: Replies;

  constructor(
    head: ConstructorParameters<typeof Scanned>,
    own: Pick<FrameBody, "boot" | "mono" | "clk"> & { readonly dev: string | undefined },
    readings: Readings,
    replies: Replies,
  ) {
    super(...head);
    this.boot = own.boot;
    this.mono = own.mono;
    this.clk = own.clk;
    this.dev = own.dev;
    this.readings = readings;
    this.replies = replies;
  }
  get raw(): Frame["raw"] {
    return this.whole().raw;
  }
  get data(): Frame["data"] {
    return this.whole().data;
  }
  get at(): Frame["at"] {
    return this.whole().at;
  }
}

const AT = literal('{"at":[');
const BOOT = literal('"boot":"');
const CFG = literal('","cfg":');
const CLK = literal(',"clk":["');
const DATA = literal('],"data":{');
const DEV = literal(',"dev":"');
const MONO = literal(',"mono":');
const PREV = literal(',"prev":"');
const RAW = literal('","raw":[');
const SALT = literal('],"salt":"');
const SEQ = literal('","seq":');
const T = literal(',"t":"');
const END = literal('","type":"frame","v":1}');
const VALUED = literal('",');
const sources = (["nts", "ntp", "ptp", "gnss", "rtc", "none"] as const).map(
  (source) => [source, literal(source)] as const,
);
const [OPEN, CLOSE, BRACE, ONE, MINUS] = [0x5b, 0x5d, 0x7b, 0x31, 0x2d];

/**
 * Recognises frames as nearly all are: canonical, of their schema, without what only a data logger says. Undefined for all
 * others, be they right or wrong. It never recognises what `readEntry` refuses, or reads it otherwise (a test holds it to that).
 */
export function makeFrameScanner(): (bytes: Buffer) => ScannedFrame | undefined {
  const readings = newReadings();
  const bounds = (): Int32Array => new Int32Array(limits.entryBytes);
  const replies: Replies = { count: 0, bytes: Buffer.alloc(limits.entryBytes), from: bounds(), to: bounds() };
  const [before, spare] = [Buffer.alloc(32), Buffer.alloc(32)];
  const bootOf = rememberedText();
  const devOf = rememberedText();
  return (bytes) => {
    if (bytes.length > limits.entryBytes) return undefined;
    let at = skipTimes(bytes);
    at = at < 0 ? at : skip(bytes, at, BOOT);
    const boot = at;
    if (at < 0 || skipClass(bytes, at, hexBytes) !== at + 8) return undefined;
    const cfg = skip(bytes, at + 8, CFG);
    at = cfg < 0 ? cfg : skipCount(bytes, cfg);
    const cfgEnd = at;
    at = at < 0 ? at : skip(bytes, at, CLK);
    if (at < 0) return undefined;
    const source = sourceAt(bytes, at);
    if (source === undefined) return undefined;
    const error = skip(bytes, at + source.length, VALUED);
    if (error < 0) return undefined;
    const unknown = bytes[error] === MINUS && bytes[error + 1] === ONE;
    const errorEnd = unknown ? error + 2 : skipCount(bytes, error);
    at = errorEnd < 0 ? errorEnd : skip(bytes, errorEnd, DATA);
    at = at < 0 ? at : scanReadings(bytes, at, readings);
    if (at < 0) return undefined;
    const dev = skip(bytes, at, DEV);
    let devEnd = dev;
    if (dev >= 0) {
      devEnd = skipClass(bytes, dev, deviceBytes);
      if (devEnd === dev || devEnd - dev > 32 || bytes[devEnd] !== QUOTE) return undefined;
      at = devEnd + 1;
    }
    const mono = skip(bytes, at, MONO);
    const monoEnd = mono < 0 ? mono : skipCount(bytes, mono);
    const prev = monoEnd < 0 ? monoEnd : skip(bytes, monoEnd, PREV);
    if (prev < 0 || !isHash(bytes, prev, before)) return undefined;
    at = skip(bytes, prev + hashLength, RAW);
    at = at < 0 ? at : scanReplies(bytes, at, replies);
    const salt = at < 0 ? at : skip(bytes, at, SALT);
    if (salt < 0 || !isSalt(bytes, salt, spare)) return undefined;
    const seq = skip(bytes, salt + saltLength, SEQ);
    const seqEnd = seq < 0 ? seq : skipCount(bytes, seq);
    const t = seqEnd < 0 ? seqEnd : skip(bytes, seqEnd, T);
    const wall = t < 0 ? t : timeAt(bytes, t);
    if (wall < 0 || skip(bytes, t + timeLength, END) !== bytes.length) return undefined;
    const own = {
      boot: bootOf(bytes, boot, boot + 8),
      mono: countIn(bytes, mono, monoEnd),
      clk: [source, unknown ? -1 : countIn(bytes, error, errorEnd)] as const,
      dev: dev < 0 ? undefined : devOf(bytes, dev, devEnd),
    };
    const [number, config] = [countIn(bytes, seq, seqEnd), countIn(bytes, cfg, cfgEnd)];
    return new ScannedFrame([bytes, before, number, config, wall], own, readings, replies);
  };
}

/** `{"at":[[1,2,3]],`, or the brace alone. */
function skipTimes(bytes: Buffer): number {
  let at = skip(bytes, 0, AT);
  if (at < 0) return bytes[0] === BRACE ? 1 : -1;
  if (bytes[at] !== CLOSE)
    for (;;) {
      if (bytes[at] !== OPEN) return -1;
      for (let i = 0; i < 3; i++) {
        at = skipCount(bytes, at + 1);
        if (at < 0 || bytes[at] !== (i < 2 ? COMMA : CLOSE)) return -1;
      }
      at++;
      if (bytes[at] === CLOSE) break;
      if (bytes[at] !== COMMA) return -1;
      at++;
    }
  return bytes[at + 1] === COMMA ? at + 2 : -1;
}

function sourceAt(bytes: Buffer, at: number): FrameBody["clk"][0] | undefined {
  for (const [source, spelt] of sources)
    if (skip(bytes, at, spelt) >= 0 && bytes[at + spelt.length] === QUOTE) return source;
  return undefined;
}

/** Text that is nearly always the same as the last time. */
function rememberedText(): (bytes: Buffer, from: number, to: number) => string {
  let [text, spelt] = ["", literal("")];
  return (bytes, from, to) => {
    if (to - from === spelt.length && skip(bytes, from, spelt) >= 0) return text;
    text = bytes.toString("latin1", from, to);
    spelt = literal(text);
    return text;
  };
}

/** Replies up to the bracket that closes them. */
function scanReplies(bytes: Buffer, begin: number, into: Replies): number {
  into.count = 0;
  if (bytes[begin] === CLOSE) return begin;
  for (let at = begin, room = 0; ; at++) {
    if (bytes[at] !== QUOTE) return -1;
    const end = decodeBase64(bytes, at + 1, into.bytes, room);
    if (end < 0) return -1;
    into.from[into.count] = room;
    room += decodedLength(bytes, at + 1, end);
    into.to[into.count] = room;
    into.count++;
    at = end + 1;
    if (bytes[at] === CLOSE) return at;
    if (bytes[at] !== COMMA) return -1;
  }
}
