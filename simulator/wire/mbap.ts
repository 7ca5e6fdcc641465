import type { Reader, Request } from "./framing.ts";
import { modbusRequest } from "./modbus.ts";

const header = 7;

/** Requests in Modbus TCP framing (Messaging on TCP/IP V1.0b, 3.1.3). A header that is none ends the connection. */
export function mbapReader(): Reader {
  let waiting = Buffer.alloc(0);
  return {
    push: (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      const found: Request[] = [];
      while (waiting.length >= header) {
        const length = waiting.readUInt16BE(4);
        if (waiting.readUInt16BE(2) !== 0 || length < 2 || length > 254) return { requests: found, lost: true };
        if (waiting.length < 6 + length) break;
        found.push(requestOf(waiting.subarray(0, 6 + length)));
        waiting = waiting.subarray(6 + length);
      }
      return { requests: found, lost: false };
    },
  };
}

function requestOf(frame: Buffer): Request {
  const transaction = frame.readUInt16BE(0);
  return modbusRequest(
    frame[6] ?? 0,
    Buffer.from(frame.subarray(header)),
    (unit, pdu) => mbapFrame(transaction, unit, pdu),
    (unit, pdu) => mbapFrame((transaction + 1) & 0xffff, unit, pdu),
  );
}

function mbapFrame(transaction: number, unit: number, pdu: Buffer): Buffer {
  const frame = Buffer.concat([Buffer.alloc(header), pdu]);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(pdu.length + 1, 4);
  frame[6] = unit;
  return frame;
}
