import { crc16 } from "./crc.ts";
import type { Reader, Request } from "./framing.ts";
import { modbusRequest } from "./modbus.ts";

/** The longest frame (Modbus over serial line V1.02, 2.3). */
const longest = 256;

/**
 * Requests in RTU framing, found by their expected length and CRC. Silence between frames is not looked at, since a
 * pseudo-terminal and a device server keep no time: after garbage the next frame with a good CRC is taken.
 */
export function rtuReader(): Reader {
  let waiting = Buffer.alloc(0);
  return {
    push: (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      const found: Request[] = [];
      for (let frame = firstFrame(waiting); frame !== undefined; frame = firstFrame(waiting)) {
        found.push(requestOf(frame.bytes));
        waiting = waiting.subarray(frame.end);
      }
      waiting = waiting.subarray(Math.max(0, waiting.length - longest));
      return { requests: found, lost: false };
    },
  };
}

function firstFrame(bytes: Buffer): { readonly bytes: Buffer; readonly end: number } | undefined {
  for (let start = 0; start + 4 <= bytes.length; start += 1) {
    const length = expectedLength(bytes.subarray(start));
    if (length === undefined || start + length > bytes.length) continue;
    const frame = bytes.subarray(start, start + length);
    if (crc16(frame.subarray(0, -2)) === frame.readUInt16LE(length - 2)) return { bytes: frame, end: start + length };
  }
  return undefined;
}

/** Length of a request frame by its function code; undefined if it cannot be told (yet). */
function expectedLength(frame: Buffer): number | undefined {
  const fc = frame[1] ?? 0;
  if (fc >= 1 && fc <= 6) return 8;
  if (fc === 17) return 4;
  if (fc === 43) return 7;
  // Of makers' own functions no length is known but that of the one that a meter here has.
  if (fc === 0x66) return 6;
  // Write multiple: address, count, byte count, data. Nobody may send it here, but it has to be passed over.
  if ((fc === 15 || fc === 16) && frame[6] !== undefined) return 9 + frame[6];
  if (fc === 23 && frame[10] !== undefined) return 13 + frame[10];
  return undefined;
}

function requestOf(frame: Buffer): Request {
  return modbusRequest(
    frame[0] ?? 0,
    Buffer.from(frame.subarray(1, -2)),
    (unit, pdu) => rtuFrame(unit, pdu, 0),
    (unit, pdu) => rtuFrame(unit, pdu, 0x5555),
  );
}

function rtuFrame(unit: number, pdu: Buffer, damage: number): Buffer {
  const frame = Buffer.concat([Buffer.from([unit]), pdu, Buffer.alloc(2)]);
  frame.writeUInt16LE(crc16(frame.subarray(0, -2)) ^ damage, frame.length - 2);
  return frame;
}
