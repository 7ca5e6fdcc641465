import type { BusFailure } from "../driver.ts";
import { crc16 } from "./crc.ts";
import type { Framed, Framing } from "./framing.ts";
import { exceptionLength, isWhole } from "./reply-length.ts";
import { type Asked, anything } from "./request.ts";

const headerBytes = 6; // transaction, protocol, length; the unit id counts as the first of `length` bytes
const nothing = Buffer.alloc(0);

/**
 * MBAP framing of Modbus TCP (Modbus Messaging on TCP/IP V1.0b, 3.1.3). A reply belongs to the pending request only if its transaction
 * id does, and those run through all 65536 values before one comes back.
 */
export class TcpFraming implements Framing {
  discarded = 0;
  private transaction: number;
  private pending: Asked | undefined;
  private rest: Buffer = nothing;
  protected stranger: string | undefined;
  private readonly unmatched: boolean;

  /** @param unmatched takes a reply of any transaction: only to show in a test what the check is worth */
  constructor(firstTransaction: number, unmatched = false) {
    this.transaction = firstTransaction & 0xffff;
    this.unmatched = unmatched;
  }

  ask(asked: Asked, adu: Buffer): Buffer {
    this.transaction = (this.transaction + 1) & 0xffff;
    this.pending = asked;
    this.stranger = undefined;
    const length = adu.length - 2;
    const out = Buffer.allocUnsafe(headerBytes + length);
    out[0] = this.transaction >> 8;
    out[1] = this.transaction & 0xff;
    out[2] = out[3] = out[4] = 0;
    out[5] = length;
    for (let i = 0; i < length; i++) out[headerBytes + i] = adu[i] as number;
    return out;
  }

  hear(chunk: Buffer): Framed | undefined {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    let heard: Framed | undefined;
    while (bytes.length - at >= headerBytes) {
      const protocol = bytes.readUInt16BE(at + 2);
      const length = bytes.readUInt16BE(at + 4);
      if (protocol !== 0 || length < 3 || length > 254) {
        const detail = `not an MBAP header: protocol ${protocol}, length ${length}; is the line RTU over TCP?`;
        return this.lose(bytes.length - at, detail);
      }
      const end = at + headerBytes + length;
      if (end > bytes.length) break;
      const transaction = bytes.readUInt16BE(at);
      if (this.pending !== undefined && (transaction === this.transaction || this.unmatched)) {
        heard = judge(this.pending, bytes, at + headerBytes, length);
        if (heard.is === "bad") this.discarded += headerBytes + length;
        this.pending = undefined;
      } else {
        this.discarded += headerBytes + length;
        this.noteStranger(transaction);
      }
      at = end;
    }
    this.rest = at === bytes.length ? nothing : Buffer.from(bytes.subarray(at));
    // One request is in flight, so its reply ends where the bytes end. If not, it may have swallowed the head of another frame.
    if (heard !== undefined && this.rest.length > 0)
      return this.lose(bytes.length, "bytes beyond the end of the reply");
    return heard;
  }

  giveUp(): BusFailure {
    this.pending = undefined;
    if (this.stranger !== undefined) return { code: "E_BUS_REPLY", detail: this.stranger };
    const detail = this.rest.length > 0 ? `the reply stopped after ${this.rest.length} bytes` : "no reply";
    return { code: "E_BUS_TIMEOUT", detail };
  }

  mistakable(): boolean {
    return false;
  }

  recent(): boolean {
    return false;
  }

  believe(): void {}

  get stuck(): boolean {
    return this.rest.length > 0;
  }

  restart(): void {
    this.discarded += this.rest.length;
    this.rest = nothing;
    this.pending = undefined;
  }

  private lose(count: number, detail: string): Framed {
    this.discarded += count;
    this.rest = nothing;
    return { is: "lost", failure: { code: "E_BUS_REPLY", detail } };
  }

  /** The reply of a device that is merely slow carries an id we used a moment ago; any other id is a fault worth its own name. */
  private noteStranger(transaction: number): void {
    const age = (this.transaction - transaction) & 0xffff;
    if (age === 0 || age > 1000)
      this.stranger = `a reply of transaction ${transaction} came instead of ${this.transaction}`;
  }
}

/** Whether the `length` bytes at `at` (unit id, PDU) are a reply to `asked`; if so, in the form modbus-serial takes: with a CRC. */
function judge(asked: Asked, bytes: Buffer, at: number, length: number): Framed {
  const unit = bytes[at];
  const functionCode = bytes[at + 1] as number;
  const third = bytes[at + 2];
  const fits = functionCode === asked.functionCode && (third === asked.third || asked.third === anything);
  const good = fits && isWhole(asked, bytes, at, length);
  const exception = functionCode === (asked.functionCode | 0x80) && length === exceptionLength;
  if (unit !== asked.unit || !(good || exception)) {
    const detail = `unit ${unit}, function ${functionCode}, ${length - 3} data bytes instead of ${asked.unit}, ${asked.functionCode}, ${asked.bytes}`;
    return { is: "bad", failure: { code: "E_BUS_REPLY", detail } };
  }
  const frame = Buffer.allocUnsafe(length + 2);
  bytes.copy(frame, 0, at, at + length);
  const crc = crc16(frame, 0, length);
  frame[length] = crc & 0xff;
  frame[length + 1] = crc >> 8;
  return { is: "reply", frame };
}
