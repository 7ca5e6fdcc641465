import { packet } from "./crc.ts";

/** How a logger's pushing goes wrong. */
export const loggerFaults = [
  "bad-crc", // a check that is wrong
  "half-frame", // the frame stops in the middle, and the next one follows
  "garbage", // noise before the frame
  "duplicate", // the frame twice
  "stuck", // nothing more is sent, the connection stays
  "wrong-mn", // another logger's number
  "zero-as-normal", // the analyser is dead, and the logger says 0, flag N
] as const;
export type LoggerFault = (typeof loggerFaults)[number];

/** The bytes of a message, as the fault has them. */
export function spoilt(fault: LoggerFault | undefined, data: string, random: () => number): Buffer {
  const good = packet(data);
  switch (fault) {
    case "bad-crc": {
      const digit = good.at(-3) === 0x30 ? 0x31 : 0x30;
      return Buffer.concat([good.subarray(0, -3), Buffer.from([digit]), good.subarray(-2)]);
    }
    case "half-frame":
      return good.subarray(0, good.length >> 1);
    case "garbage":
      return Buffer.concat([Buffer.from(Array.from({ length: 40 }, () => Math.floor(random() * 256))), good]);
    case "duplicate":
      return Buffer.concat([good, good]);
    case "stuck":
      return Buffer.alloc(0);
    case "wrong-mn":
      return packet(data.replace(/;MN=[^;]*/, ";MN=STRANGER000001"));
    case "zero-as-normal":
    case undefined:
      return good;
  }
}
