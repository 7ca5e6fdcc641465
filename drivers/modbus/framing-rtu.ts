import type { BusFailure } from "../driver.ts";
import { crcHolds } from "./crc.ts";
import type { Framed } from "./framing.ts";
import { MatchedFraming } from "./framing-matched.ts";
import type { Asked } from "./request.ts";
import { rtuEnd } from "./rtu-end.ts";

const overheadBytes = 5; // unit, function, byte count, CRC

/**
 * RTU framing (Modbus over serial line V1.02, 2.5.1), on a serial port or in a TCP stream. Frames are found by the length that the
 * requests let expect and by their CRC, since silence does not survive USB converters and networks.
 */
export class RtuFraming extends MatchedFraming {
  private readonly bytes = Buffer.alloc(2048);
  private length = 0;
  private thrown = 0;
  private request: Buffer | undefined;

  get discarded(): number {
    return this.thrown + (this.matching.pending === undefined ? this.length : 0);
  }

  ask(asked: Asked, adu: Buffer): Buffer {
    this.throwAway();
    this.matching.ask(asked);
    this.request = adu;
    return adu;
  }

  hear(chunk: Buffer, now: number): Framed | undefined {
    if (this.length + chunk.length > this.bytes.length) this.throwAway();
    if (chunk.length > this.bytes.length) {
      this.thrown += chunk.length;
      return undefined;
    }
    chunk.copy(this.bytes, this.length);
    this.length += chunk.length;
    let heard: Framed | undefined;
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
        heard = this.matching.spoilt(found.failure);
      }
    }
    if (this.matching.idle) this.throwAway();
    return heard;
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
    if (this.matching.pending !== undefined && this.request !== undefined) {
      // A two-wire converter may give us our own request back, and some requests look exactly like replies to themselves.
      const same = this.sameAsRequest(at, this.request);
      if (same === this.request.length) return { is: "echo", length: same };
      if (same === left) return "wait";
    }
    if (left < 3) return this.maybeHeader(at) ? "wait" : "noise";
    const functionCode = this.bytes[at + 1] as number;
    const asked = this.matching.find(this.bytes[at] as number, functionCode, this.bytes[at + 2] as number);
    if (asked === undefined) return "noise";
    const end = rtuEnd(asked, this.bytes, at, this.length);
    if (typeof end === "string") return end;
    const { length, good } = end;
    if (good) return { is: "frame", asked, length };
    if (asked !== this.matching.pending) return "noise";
    return { is: "bad", failure: { code: "E_BUS_CHECKSUM", detail: `a reply of ${length} bytes with a wrong CRC` } };
  }

  private belongs(frame: Buffer, asked: Asked, now: number): Framed {
    const heard = this.matching.answer(asked, frame, now);
    if (heard.is === "late") this.thrown += frame.length;
    this.cut(frame.length);
    return heard;
  }

  protected diagnose(): BusFailure {
    const { length } = this;
    const { pending } = this.matching;
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
    return this.matching.expects(this.bytes[at] as number, at + 1 < this.length ? this.bytes[at + 1] : undefined);
  }

  protected throwAway(count = this.length): void {
    if (count > 0) this.matching.distrust();
    this.thrown += count;
    this.cut(count);
  }

  private cut(count: number): void {
    if (count > 0) this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }
}
