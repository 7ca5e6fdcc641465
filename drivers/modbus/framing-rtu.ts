import type { BusFailure, ReadRequest } from "../driver.ts";
import { crcHolds } from "./crc.ts";
import type { Framing, Heard } from "./framing.ts";
import type { Asked } from "./request.ts";
import { Copies, Unanswered } from "./unanswered.ts";

const exceptionBytes = 5; // unit, function, code, CRC
const overheadBytes = 5; // unit, function, byte count, CRC

/**
 * RTU framing (Modbus over serial line V1.02, 2.5.1), on a serial port or in a TCP stream. Frames are found by the length that the
 * requests let expect and by their CRC, since silence does not survive USB converters and networks.
 */
export class RtuFraming implements Framing {
  /** Never: a frame that does not come to its end is noise when the next request is made. */
  readonly stuck = false;
  private readonly unanswered = new Unanswered();
  private readonly copies = new Copies();
  private readonly lateMs: number;
  private readonly unmatched: boolean;
  private readonly bytes = Buffer.alloc(2048);
  private length = 0;
  private thrown = 0;
  private pending: Asked | undefined;
  private request: Buffer | undefined;

  /**
   * @param lateMs a reply later than this after its deadline never comes
   * @param unmatched forgets what was asked before: only to show in a test what remembering it is worth
   */
  constructor(lateMs: number, unmatched = false) {
    this.lateMs = lateMs;
    this.unmatched = unmatched;
  }

  get discarded(): number {
    return this.thrown + (this.pending === undefined ? this.length : 0);
  }

  ask(asked: Asked, adu: Buffer): Buffer {
    this.throwAway(this.length);
    if (this.unmatched) this.unanswered.clear();
    this.unanswered.add(asked);
    this.pending = asked;
    this.request = adu;
    return adu;
  }

  hear(chunk: Buffer, now: number): Heard | undefined {
    if (this.length + chunk.length > this.bytes.length) this.throwAway(this.length);
    if (chunk.length > this.bytes.length) {
      this.thrown += chunk.length;
      return undefined;
    }
    chunk.copy(this.bytes, this.length);
    this.length += chunk.length;
    let heard: Heard | undefined;
    let at = 0;
    while (at < this.length) {
      const found = this.lookAt(at);
      if (found === "wait") break;
      if (found === "noise") {
        at++;
        continue;
      }
      this.throwAway(at);
      at = 0;
      if (found.is === "echo") {
        this.thrown += found.length;
        this.cut(found.length);
      } else if (found.is === "frame") {
        const frame = Buffer.from(this.bytes.subarray(0, found.length));
        const meaning = this.belongs(frame, found.asked, now);
        if (heard === undefined || heard.is === "late") heard = meaning;
      } else {
        this.pending = undefined;
        heard = { is: "bad", failure: found.failure };
      }
    }
    if (this.pending === undefined && this.unanswered.size === 0) this.throwAway(this.length);
    return heard;
  }

  giveUp(): BusFailure {
    this.copies.distrust();
    const failure = this.diagnose();
    this.pending = undefined;
    return failure;
  }

  mistakable(unit: number, request: ReadRequest, now: number): boolean {
    this.unanswered.forget(now - this.lateMs);
    return !this.unmatched && this.unanswered.mistakable(unit, request);
  }

  recent(unit: number, request: ReadRequest, now: number): boolean {
    return this.mistakable(unit, request, now) || this.copies.like(unit, request, now);
  }

  believe(doubt: Asked, frame: Buffer): void {
    this.unanswered.settle(doubt);
    this.copies.trust(doubt, frame);
  }

  restart(): void {
    this.pending = undefined;
    this.throwAway(this.length);
  }

  /** What begins at this byte: as far as one can tell without waiting for more. The earliest candidate wins over any inside it. */
  private lookAt(
    at: number,
  ):
    | "wait"
    | "noise"
    | { is: "echo"; length: number }
    | { is: "frame"; asked: Asked; length: number }
    | { is: "bad"; failure: BusFailure } {
    const left = this.length - at;
    if (this.pending !== undefined && this.request !== undefined) {
      // A two-wire converter may give us our own request back, and some requests look exactly like replies to themselves.
      const same = this.sameAsRequest(at, this.request);
      if (same === this.request.length) return { is: "echo", length: same };
      if (same === left) return "wait";
    }
    if (left < 3) return this.maybeHeader(at) ? "wait" : "noise";
    const functionCode = this.bytes[at + 1] as number;
    const third = this.bytes[at + 2] as number;
    const asked = this.unanswered.first(this.bytes[at] as number, functionCode, third);
    if (asked === undefined) return "noise";
    const length = functionCode >= 0x80 ? exceptionBytes : overheadBytes + third;
    if (left < length) return "wait";
    if (crcHolds(this.bytes, at, at + length)) return { is: "frame", asked, length };
    if (asked !== this.pending) return "noise";
    return { is: "bad", failure: { code: "E_BUS_CHECKSUM", detail: `a reply of ${length} bytes with a wrong CRC` } };
  }

  private belongs(frame: Buffer, asked: Asked, now: number): Heard {
    const guarded = !this.unmatched;
    if (asked !== this.pending) {
      this.unanswered.settle(asked);
      this.copies.keep(asked, frame, now);
      this.throwAway(frame.length);
      return { is: "late" };
    }
    const copy = guarded && this.copies.holds(asked, frame);
    // What may be a copy settles nothing: the true reply may still come, and must then find its request here.
    if (!copy) this.unanswered.settle(asked);
    this.copies.keep(asked, frame, now);
    this.pending = undefined;
    this.cut(frame.length);
    return copy ? { is: "reply", frame, doubt: asked } : { is: "reply", frame };
  }

  private diagnose(): BusFailure {
    const { length, pending } = this;
    if (length === 0 || pending === undefined) return { code: "E_BUS_TIMEOUT", detail: "no reply" };
    for (let end = 4; end <= length; end++)
      if (crcHolds(this.bytes, 0, end))
        return {
          code: "E_BUS_REPLY",
          detail: `a frame of unit ${this.bytes[0]}, function ${this.bytes[1]}, ${end} bytes came instead`,
        };
    if (
      this.bytes[0] === pending.unit &&
      this.bytes[1] === pending.functionCode &&
      length < overheadBytes + pending.bytes
    )
      return {
        code: "E_BUS_TIMEOUT",
        detail: `the reply stopped after ${length} of ${overheadBytes + pending.bytes} bytes`,
      };
    return { code: "E_BUS_CHECKSUM", detail: `${length} bytes that are no reply` };
  }

  private sameAsRequest(at: number, request: Buffer): number {
    let same = 0;
    while (same < request.length && at + same < this.length && this.bytes[at + same] === request[same]) same++;
    return same;
  }

  private maybeHeader(at: number): boolean {
    return this.unanswered.expects(this.bytes[at] as number, at + 1 < this.length ? this.bytes[at + 1] : undefined);
  }

  private throwAway(count: number): void {
    if (count > 0) this.copies.distrust();
    this.thrown += count;
    this.cut(count);
  }

  private cut(count: number): void {
    if (count > 0) this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }
}
