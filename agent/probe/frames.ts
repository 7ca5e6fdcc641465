import type { ModbusLine } from "../../drivers/line/settings.ts";
import { crcHolds } from "../../drivers/modbus/crc.ts";

/** The Modbus frames (unit id and PDU) in what came from a line, found without knowing what was asked; the rest is `stray` bytes. */
export interface Found {
  readonly frames: readonly Buffer[];
  /** Frames with the number of another question, where frames have numbers. */
  readonly others: readonly Buffer[];
  readonly stray: number;
}

/** Nobody needs more of a line to see what is wrong with it. */
const mostBytes = 2048;
const longestAdu = 256;
const mbapBytes = 6;

/** `transaction`: the number of the question, on a transport whose frames have one; not given: of any. */
export function framesIn(transport: ModbusLine["transport"], bytes: Buffer, transaction?: number): Found {
  const some = bytes.subarray(0, mostBytes);
  if (transport === "tcp" || transport === "udp") return headed(some, transaction);
  return transport.startsWith("ascii") ? lines(some) : summed(some);
}

function headed(bytes: Buffer, transaction: number | undefined): Found {
  const frames: Buffer[] = [];
  const others: Buffer[] = [];
  let at = 0;
  while (bytes.length - at > mbapBytes) {
    const length = bytes.readUInt16BE(at + 4);
    if (bytes.readUInt16BE(at + 2) !== 0 || length < 2 || at + mbapBytes + length > bytes.length) break;
    const ours = transaction === undefined || bytes.readUInt16BE(at) === transaction;
    (ours ? frames : others).push(bytes.subarray(at + mbapBytes, at + mbapBytes + length));
    at += mbapBytes + length;
  }
  return { frames, others, stray: bytes.length - at };
}

function summed(bytes: Buffer): Found {
  const frames: Buffer[] = [];
  let stray = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = endOfFrame(bytes, at);
    if (end === undefined) {
      stray++;
      at++;
    } else {
      frames.push(bytes.subarray(at, end - 2));
      at = end;
    }
  }
  return { frames, others: [], stray };
}

/** The shortest whose CRC holds; one in 65536 of other bytes does by chance. */
function endOfFrame(bytes: Buffer, at: number): number | undefined {
  for (let end = at + 5; end <= Math.min(bytes.length, at + longestAdu); end++)
    if (crcHolds(bytes, at, end)) return end;
  return undefined;
}

function lines(bytes: Buffer): Found {
  const text = bytes.toString("latin1");
  const frames: Buffer[] = [];
  let taken = 0;
  for (const [line, digits = ""] of text.matchAll(/:((?:[0-9A-F]{2}){3,256})\r\n/g)) {
    const all = Buffer.from(digits, "hex");
    if (all.reduce((sum, byte) => sum + byte, 0) % 256 !== 0) continue;
    frames.push(all.subarray(0, -1));
    taken += line.length;
  }
  return { frames, others: [], stray: text.length - taken };
}
