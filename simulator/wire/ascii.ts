import type { Reader, Request } from "./framing.ts";
import { modbusRequest } from "./modbus.ts";

/** Characters of the longest frame (Modbus over serial line V1.02, 2.5.2.2). */
const longest = 513;

/**
 * Requests in ASCII framing (Modbus over serial line V1.02, 2.5.2): a colon, two hexadecimal digits a byte, LRC, CR and LF. A frame that
 * is none, or whose LRC is wrong, is passed over as a device does.
 */
export function asciiReader(): Reader {
  let waiting = "";
  return {
    push: (bytes) => {
      waiting += bytes.toString("latin1");
      const found: Request[] = [];
      for (let end = waiting.indexOf("\r\n"); end >= 0; end = waiting.indexOf("\r\n")) {
        const request = requestIn(waiting.slice(waiting.lastIndexOf(":", end) + 1, end));
        if (request) found.push(request);
        waiting = waiting.slice(end + 2);
      }
      waiting = waiting.slice(-longest);
      return { requests: found, lost: false };
    },
  };
}

function requestIn(digits: string): Request | undefined {
  if (!/^([0-9A-F]{2}){3,}$/i.test(digits)) return undefined;
  const bytes = Buffer.from(digits, "hex");
  if (sumOf(bytes) !== 0) return undefined;
  return modbusRequest(
    bytes[0] ?? 0,
    Buffer.from(bytes.subarray(1, -1)),
    (unit, pdu) => frameOf(unit, pdu, 0),
    (unit, pdu) => frameOf(unit, pdu, 0x55),
  );
}

const sumOf = (bytes: Buffer): number => bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);

function frameOf(unit: number, pdu: Buffer, damage: number): Buffer {
  const body = Buffer.concat([Buffer.from([unit]), pdu]);
  const check = ((0x100 - sumOf(body)) & 0xff) ^ damage;
  const digits = Buffer.concat([body, Buffer.from([check])]).toString("hex");
  return Buffer.from(`:${digits.toUpperCase()}\r\n`, "latin1");
}
