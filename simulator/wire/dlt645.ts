import type { Reader, Request, Unit } from "./framing.ts";

/** The longest frame: 12 bytes around 255 of data. */
const longest = 267;

/**
 * Questions in the framing of DL/T 645, after any bytes that are none. `pdu` is the control code and the data as they are meant,
 * with 33 taken off; it goes out again the same way, after as many wake-up bytes as meters send.
 */
export function dlt645Reader(): Reader {
  let waiting: number[] = [];
  return {
    push: (bytes) => {
      const found: Request[] = [];
      for (const byte of bytes) {
        waiting.push(byte);
        const frame = endOfFrame(waiting);
        if (frame !== undefined) {
          found.push(questionOf(frame));
          waiting = [];
        } else if (waiting.length > longest) waiting.shift();
      }
      return { requests: found, lost: false };
    },
  };
}

const total = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => (sum + byte) % 256, 0);

/** The frame that ends with the last byte, if one does: found backwards from its end by its length. */
function endOfFrame(bytes: readonly number[]): readonly number[] | undefined {
  if (bytes.at(-1) !== 0x16) return undefined;
  for (let size = 0; bytes.length >= size + 12; size += 1) {
    const frame = bytes.slice(bytes.length - size - 12);
    const [first, second, length, sum] = [frame[0], frame[7], frame[9], frame.at(-2)];
    if (first === 0x68 && second === 0x68 && length === size && total(frame.slice(0, -2)) === sum) return frame;
  }
  return undefined;
}

function questionOf(frame: readonly number[]): Request {
  const address = pairs(frame.slice(1, 7));
  const control = frame[8] ?? 0;
  const data = frame.slice(10, -2).map((byte) => (byte + 0xcd) % 256);
  return {
    unit: address,
    pdu: Buffer.from([control, ...data]),
    isFor: (unit) => fits(address, String(unit)),
    wrap: (unit, pdu) => frameOf(unit, pdu, 0),
    spoil: (unit, pdu) => frameOf(unit, pdu, 1),
    refuse: (code) => Buffer.from([control + 0xc0, code]),
    next: (unit) => String((BigInt(unit) + 1n) % 10n ** 12n).padStart(12, "0"),
  };
}

/** The digits of an address, highest first. */
const pairs = (bytes: readonly number[]): string =>
  [...bytes].reverse().reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");

/** A pair of a's means any two digits. */
const fits = (asked: string, unit: string): boolean =>
  [0, 2, 4, 6, 8, 10].every(
    (at) => asked.slice(at, at + 2) === "aa" || asked.slice(at, at + 2) === unit.slice(at, at + 2),
  );

function frameOf(unit: Unit, pdu: Buffer, damage: number): Buffer {
  const digits = String(unit).match(/../g) ?? [];
  const address = digits.map((pair) => Number.parseInt(pair, 16)).reverse();
  const [control = 0, ...data] = pdu;
  const frame = [0x68, ...address, 0x68, control, data.length, ...data.map((byte) => (byte + 0x33) % 256)];
  return Buffer.from([0xfe, 0xfe, ...frame, (total(frame) + damage) % 256, 0x16]);
}
