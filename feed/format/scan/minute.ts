import type { DerivedBody } from "../body.ts";
import { limits } from "../canonical.ts";
import type { StoredEntry } from "../entry.ts";
import { ascends, isName, newReadings, type Readings, scanReadings } from "./readings.ts";
import { hashLength, isHash, isSalt, Scanned, saltLength } from "./scanned.ts";
import { timeAt, timeLength } from "./time.ts";
import { COMMA, countIn, literal, nameBytes, QUOTE, skip, skipClass, skipCount } from "./tokens.ts";

type Derived = StoredEntry & DerivedBody;

/** A derived minute: there are sixty of them for each entry of anything else that is derived. */
export class ScannedMinute extends Scanned<Derived> {
  readonly type = "derived";
  readonly period = "minute";
  readonly readings: Readings;

  constructor(head: ConstructorParameters<typeof Scanned>, readings: Readings) {
    super(...head);
    this.readings = readings;
  }
  get start(): string {
    return this.whole().start;
  }
  get data(): Derived["data"] {
    return this.whole().data;
  }
  get n(): Derived["n"] {
    return this.whole().n;
  }
  get of(): Derived["of"] {
    return this.whole().of;
  }
}

const CFG = literal('{"cfg":');
const DATA = literal(',"data":{');
const COUNTS = literal(',"n":{');
const COUNTED = literal('":[');
const OF = literal(',"of":[');
const PREV = literal(',"period":"minute","prev":"');
const SALT = literal('","salt":"');
const SEQ = literal('","seq":');
const START = literal(',"start":"');
const T = literal('","t":"');
const END = literal('","type":"derived","v":1}');
const WHOLE = literal(":00.000Z");
const [CLOSE, BRACE] = [0x5d, 0x7d];

/** As `makeFrameScanner`, for derived minutes. */
export function makeMinuteScanner(): (bytes: Buffer) => ScannedMinute | undefined {
  const readings = newReadings();
  const [before, spare] = [Buffer.alloc(32), Buffer.alloc(32)];
  return (bytes) => {
    if (bytes.length > limits.entryBytes) return undefined;
    const cfg = skip(bytes, 0, CFG);
    const cfgEnd = cfg < 0 ? cfg : skipCount(bytes, cfg);
    let at = cfgEnd < 0 ? cfgEnd : skip(bytes, cfgEnd, DATA);
    at = at < 0 ? at : scanReadings(bytes, at, readings);
    at = at < 0 ? at : skip(bytes, at, COUNTS);
    at = at < 0 ? at : skipCounts(bytes, at);
    at = at < 0 ? at : skip(bytes, at, OF);
    at = at < 0 ? at : skipPair(bytes, at);
    const prev = at < 0 ? at : skip(bytes, at, PREV);
    if (prev < 0 || !isHash(bytes, prev, before)) return undefined;
    const salt = skip(bytes, prev + hashLength, SALT);
    if (salt < 0 || !isSalt(bytes, salt, spare)) return undefined;
    const seq = skip(bytes, salt + saltLength, SEQ);
    const seqEnd = seq < 0 ? seq : skipCount(bytes, seq);
    const start = seqEnd < 0 ? seqEnd : skip(bytes, seqEnd, START);
    if (start < 0 || timeAt(bytes, start) < 0 || skip(bytes, start + timeLength - WHOLE.length, WHOLE) < 0)
      return undefined;
    const t = skip(bytes, start + timeLength, T);
    const wall = t < 0 ? t : timeAt(bytes, t);
    if (wall < 0 || skip(bytes, t + timeLength, END) !== bytes.length) return undefined;
    return new ScannedMinute([bytes, before, countIn(bytes, seq, seqEnd), countIn(bytes, cfg, cfgEnd), wall], readings);
  };
}

/** `"cems.so2":[58,60],…}` */
function skipCounts(bytes: Buffer, begin: number): number {
  if (bytes[begin] === BRACE) return begin + 1;
  for (let [at, a, b] = [begin, -1, -1]; ; at++) {
    const from = at + 1;
    const to = skipClass(bytes, from, nameBytes);
    if (bytes[at] !== QUOTE || !isName(bytes, from, to) || (a >= 0 && !ascends(bytes, a, b, from, to))) return -1;
    [a, b] = [from, to];
    at = skip(bytes, to, COUNTED);
    at = at < 0 ? at : skipPair(bytes, at);
    if (at < 0) return -1;
    if (bytes[at] === BRACE) return at + 1;
    if (bytes[at] !== COMMA) return -1;
  }
}

/** `58,60]` */
function skipPair(bytes: Buffer, begin: number): number {
  const comma = skipCount(bytes, begin);
  if (comma < 0 || bytes[comma] !== COMMA) return -1;
  const end = skipCount(bytes, comma + 1);
  return end < 0 || bytes[end] !== CLOSE ? -1 : end + 1;
}
