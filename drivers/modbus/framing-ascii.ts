import type { BusFailure } from "../driver.ts";
import { crc16 } from "./crc.ts";
import type { Framed } from "./framing.ts";
import { MatchedFraming } from "./framing-matched.ts";
import { isWhole } from "./reply-length.ts";
import type { Asked } from "./request.ts";

const colon = 0x3a;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** Unit, PDU and LRC of the longest frame: 513 characters with colon, CR and LF. */
const mostBytes = 255;
/** Characters of one frame come within a second of each other (Modbus over serial line V1.02, 2.5.2.1). */
const pauseMs = 1000;
/** By the lower seven bits of a character: its value as a hexadecimal digit, or -1. */
const digits = Int8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? -1 : value;
});

/** LRC of bytes [from, to): the two's complement of their sum (Modbus over serial line V1.02, 6.2.1). */
export function lrc(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += bytes[i] as number;
  return -sum & 0xff;
}

/** The characters of a frame with these bytes (unit and PDU). */
export function asciiFrame(body: Buffer): Buffer {
  const check = lrc(body, 0, body.length).toString(16).padStart(2, "0");
  return Buffer.from(`:${body.toString("hex")}${check}\r\n`.toUpperCase(), "latin1");
}

/**
 * ASCII framing (Modbus over serial line V1.02, 2.5.2), on a serial port or in a TCP stream: a colon, two hexadecimal digits a byte, LRC,
 * CR, LF. A colon begins a frame wherever it comes. The eighth bit of a character is not looked at: where a line of 7 data bits is
 * read with 8, it is the parity. Small letters are taken as well.
 */
export class AsciiFraming extends MatchedFraming {
  /** Bytes of the frame that has begun; its last digit while the other one of its byte is missing. */
  private readonly bytes = Buffer.alloc(mostBytes);
  private length = 0;
  private high = -1;
  private state: "outside" | "inside" | "ending" = "outside";
  /** Characters of the frame that has begun, its colon too. */
  private characters = 0;
  private lastAt = 0;
  private thrown = 0;
  private request: Buffer = Buffer.alloc(0);
  /** What came for the pending request that was no answer to it. */
  private oddity: BusFailure | undefined;

  get discarded(): number {
    return this.thrown + (this.matching.pending === undefined ? this.characters : 0);
  }

  ask(asked: Asked, adu: Buffer): Buffer {
    this.throwAway();
    this.matching.ask(asked);
    this.oddity = undefined;
    this.request = adu.subarray(0, adu.length - 2);
    return asciiFrame(this.request);
  }

  hear(chunk: Buffer, now: number): Framed | undefined {
    if (this.characters > 0 && now - this.lastAt > pauseMs) this.throwAway();
    this.lastAt = now;
    let heard: Framed | undefined;
    for (const byte of chunk) {
      if (!this.take(byte & 0x7f)) continue;
      const meaning = this.meaning(now);
      if (heard === undefined || heard.is === "late") heard = meaning;
    }
    return heard;
  }

  /** One character; whether it ends a frame. */
  private take(character: number): boolean {
    if (character === colon) {
      this.throwAway();
      this.state = "inside";
      this.characters = 1;
      return false;
    }
    this.characters++;
    if (this.state === "ending" && character === lineFeed) return true;
    if (this.state === "inside") {
      const digit = digits[character] as number;
      if (digit >= 0 && this.length < mostBytes) {
        if (this.high >= 0) this.bytes[this.length++] = (this.high << 4) | digit;
        this.high = this.high >= 0 ? -1 : digit;
        return false;
      }
      if (character === carriageReturn && this.high < 0) {
        this.state = "ending";
        return false;
      }
      this.note({ code: "E_BUS_CHECKSUM", detail: `a frame broken off after ${this.characters - 1} characters` });
    } else this.note({ code: "E_BUS_CHECKSUM", detail: "bytes that are no ASCII frame" });
    this.throwAway();
    return false;
  }

  /** What the frame means that has just ended. */
  private meaning(now: number): Framed | undefined {
    const { length, characters } = this;
    const { pending } = this.matching;
    if (length < 4) return this.useless({ code: "E_BUS_CHECKSUM", detail: `a frame of ${characters} characters` });
    const body = length - 1;
    const whole = lrc(this.bytes, 0, body) === this.bytes[body];
    // A two-wire converter may give us our own request back, and some requests look exactly like replies to themselves.
    if (whole && pending !== undefined && this.request.equals(this.bytes.subarray(0, body))) return this.useless();
    const [unit, functionCode, third] = this.bytes as unknown as [number, number, number];
    const asked = this.matching.find(unit, functionCode, third);
    const stranger = `a frame of unit ${unit}, function ${functionCode}, ${body} bytes came instead`;
    if (asked === undefined || !isWhole(asked, this.bytes, 0, body))
      return this.useless(whole ? { code: "E_BUS_REPLY", detail: stranger } : wrongCheck(characters));
    if (!whole) {
      this.useless();
      return asked === pending ? this.matching.spoilt(wrongCheck(characters)) : undefined;
    }
    const heard = this.matching.answer(asked, this.frame(body), now);
    if (heard.is === "late") this.thrown += characters;
    this.begin();
    return heard;
  }

  /** As modbus-serial takes it, in which a CRC stands for the LRC. */
  private frame(body: number): Buffer {
    const frame = Buffer.allocUnsafe(body + 2);
    this.bytes.copy(frame, 0, 0, body);
    frame.writeUInt16LE(crc16(frame, 0, body), body);
    return frame;
  }

  private useless(oddity?: BusFailure): undefined {
    if (oddity !== undefined) this.note(oddity);
    this.throwAway();
  }

  private note(oddity: BusFailure): void {
    if (this.matching.pending !== undefined) this.oddity ??= oddity;
  }

  protected diagnose(): BusFailure {
    if (this.oddity !== undefined) return this.oddity;
    const { characters } = this;
    const detail = characters === 0 ? "no reply" : `the reply stopped after ${characters} characters`;
    return { code: "E_BUS_TIMEOUT", detail };
  }

  protected throwAway(): void {
    if (this.characters > 0) this.matching.distrust();
    this.thrown += this.characters;
    this.begin();
  }

  private begin(): void {
    this.state = "outside";
    this.characters = 0;
    this.length = 0;
    this.high = -1;
  }
}

const wrongCheck = (characters: number): BusFailure => ({
  code: "E_BUS_CHECKSUM",
  detail: `a frame of ${characters} characters with a wrong LRC`,
});
