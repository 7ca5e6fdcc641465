import type { BusFailure } from "../driver.ts";
import type { Heard } from "../line/dialect.ts";
import { OpenQuestions } from "../line/questions.ts";
import { answersFor, mayBeSame } from "./address.ts";
import { control, type Frame, frameAt, startByte, type Whole, wakeByte } from "./frame.ts";
import { refused } from "./refused.ts";
import { functionOf, isOf, type MeterQuestion, type MeterRequest, readSent } from "./request.ts";

/**
 * DL/T 645 in a stream of bytes, on a serial port or through a device server. A reply names its meter, the function and what was
 * read, so only the answer to an earlier question of the very same words can be mistaken: it is told apart by order. A refusal
 * does not name what was asked and belongs to the oldest question of that meter and function. No timers, no sockets.
 */
export class MeterFraming {
  /** Never: what does not come to its end is noise when the next question is asked. */
  readonly stuck = false;
  private readonly open = new OpenQuestions<MeterQuestion>();
  private readonly lateMs: number;
  private readonly unmatched: boolean;
  private readonly bytes = Buffer.alloc(1024);
  private length = 0;
  private thrown = 0;
  private pending: MeterQuestion | undefined;
  private sent: Buffer = Buffer.alloc(0);
  private stranger: string | undefined;
  /** Bytes since the question that belong to no frame. */
  private noise = 0;

  /**
   * @param lateMs a reply later than this after its deadline never comes
   * @param unmatched takes whatever comes: only to show in a test what matching is worth
   */
  constructor(lateMs: number, unmatched = false) {
    this.lateMs = lateMs;
    this.unmatched = unmatched;
  }

  /** Bytes thrown away: wake-up bytes, noise, echoes, frames of others. */
  get discarded(): number {
    return this.thrown + (this.pending === undefined ? this.length : 0);
  }

  /** Makes `asked` the pending question; returns what goes on the wire. @throws Fault E_BUS_REFUSED unless the bytes are a read */
  ask(asked: MeterQuestion, bytes: Buffer): Buffer {
    readSent(bytes);
    this.throwAway(this.length);
    this.open.add(asked);
    this.pending = asked;
    this.sent = bytes.subarray(bytes.indexOf(startByte));
    this.stranger = undefined;
    this.noise = 0;
    return bytes;
  }

  /** Takes bytes as they arrived, in any pieces; undefined means: wait on. */
  hear(chunk: Buffer, now: number): Heard<MeterQuestion> | undefined {
    this.open.forget(now - this.lateMs);
    let heard: Heard<MeterQuestion> | undefined;
    for (let at = 0; at < chunk.length; ) {
      if (this.length === this.bytes.length) this.throwAway(1);
      const taken = chunk.copy(this.bytes, this.length, at);
      at += taken;
      this.length += taken;
      const meaning = this.sift();
      if (heard === undefined || heard.is === "late") heard = meaning ?? heard;
    }
    if (this.pending === undefined && this.open.size === 0) this.throwAway(this.length);
    return heard;
  }

  /** The pending question is awaited no longer; says what was wrong as far as the bytes tell. */
  giveUp(): BusFailure {
    const failure = this.diagnose();
    this.pending = undefined;
    return failure;
  }

  /** Whether the reply to this question could as well be a late one to the same question asked before. */
  mistakable(unit: string, request: MeterRequest, now: number): boolean {
    this.open.forget(now - this.lateMs);
    return this.open.oldest((asked) => mayBeSame(asked.unit, unit) && sameWords(asked.request, request)) !== undefined;
  }

  restart(): void {
    this.pending = undefined;
    this.throwAway(this.length);
  }

  private sift(): Heard<MeterQuestion> | undefined {
    let heard: Heard<MeterQuestion> | undefined;
    let at = 0;
    while (at < this.length) {
      const found = frameAt(this.bytes, at, this.length);
      if (found.is === "wait") break;
      if (found.is === "noise") {
        if (this.bytes[at] !== wakeByte) this.noise++;
        at++;
      } else {
        const meaning = this.meaningOf(found, at);
        // A spoilt frame may be noise that looks like one: the next byte may still begin a true one.
        const whole = found.is === "frame" || meaning !== undefined;
        at += whole ? found.length : 1;
        if (!whole) this.noise++;
        if (heard === undefined || heard.is === "late") heard = meaning ?? heard;
      }
    }
    this.throwAway(at);
    return heard;
  }

  private meaningOf(found: Whole, at: number): Heard<MeterQuestion> | undefined {
    const { frame, length } = found;
    const bytes = Buffer.from(this.bytes.subarray(at, at + length));
    if (found.is === "spoilt") {
      if (this.pending === undefined || !mayAnswer(this.pending, frame)) return undefined;
      this.pending = undefined;
      return { is: "bad", failure: { code: "E_BUS_CHECKSUM", detail: `a reply of ${length} bytes with a wrong sum` } };
    }
    if ((frame.control & control.reply) === 0) {
      if (this.pending === undefined || !bytes.equals(this.sent))
        this.stranger = `a question to meter ${frame.address} came: another master is on the line`;
      return undefined;
    }
    const asked = this.unmatched ? this.pending : this.open.oldest((one) => fits(one, frame));
    if (asked === undefined) {
      this.stranger = `a frame of meter ${frame.address}, control ${hex(frame.control)} came instead`;
      return undefined;
    }
    this.open.settle(asked, (other) => mayBeSame(other.unit, asked.unit));
    if (asked !== this.pending) return { is: "late" };
    this.pending = undefined;
    // What was taken is not thrown away.
    this.thrown -= length;
    if (!isRefusal(frame)) return { is: "reply", frame: bytes };
    return { is: "reply", frame: bytes, failure: refused(asked.request.edition, frame.address, frame.data[0]) };
  }

  private diagnose(): BusFailure {
    if (this.stranger !== undefined) return { code: "E_BUS_REPLY", detail: this.stranger };
    const heard = this.bytes.subarray(0, this.length);
    if (heard[0] === startByte)
      return { code: "E_BUS_TIMEOUT", detail: `the reply stopped after ${heard.length} bytes` };
    if (this.noise > 0) return { code: "E_BUS_CHECKSUM", detail: `${this.noise} bytes that are no reply` };
    return { code: "E_BUS_TIMEOUT", detail: "no reply" };
  }

  private throwAway(count: number): void {
    this.thrown += count;
    if (count > 0) this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0").toUpperCase();
const isRefusal = (frame: Frame): boolean => (frame.control & control.refused) !== 0;
const mayAnswer = (asked: MeterQuestion, frame: Frame): boolean =>
  (frame.control & control.reply) !== 0 &&
  (frame.control & control.function) === functionOf(asked.request) &&
  answersFor(asked.unit, frame.address);
const fits = (asked: MeterQuestion, frame: Frame): boolean =>
  mayAnswer(asked, frame) && (isRefusal(frame) || isOf(asked.request, frame.data));

const words = (request: MeterRequest): string =>
  request.read === "address" ? "address" : `${request.edition} ${request.di}`;
const sameWords = (one: MeterRequest, other: MeterRequest): boolean => words(one) === words(other);

/** What a good reply says: who, and the data after the identifier. `more`: the meter has further frames of it, which are not read. */
export function readReply(
  request: MeterRequest,
  frame: Buffer,
): { readonly address: string; readonly data: Buffer; readonly more: boolean } {
  const found = frameAt(frame, 0, frame.length);
  if (!("frame" in found)) throw new Error("not a frame");
  const { address, data } = found.frame;
  const skip = request.read === "address" ? 0 : request.di.length / 2;
  return { address, data: data.subarray(skip), more: (found.frame.control & control.more) !== 0 };
}
