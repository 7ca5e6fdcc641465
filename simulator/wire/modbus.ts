import { exceptionPdu } from "../meters/reply.ts";
import type { Request, Unit } from "./framing.ts";

/** What requests have in common on all Modbus lines. */
export const modbusRequest = (
  unit: number,
  pdu: Buffer,
  wrap: (unit: number, pdu: Buffer) => Buffer,
  spoil: (unit: number, pdu: Buffer) => Buffer,
): Request => ({
  unit,
  pdu,
  isFor: (other) => other === unit,
  wrap: (other, reply) => wrap(Number(other), reply),
  spoil: (other, reply) => spoil(Number(other), reply),
  refuse: (code) => exceptionPdu(pdu[0] ?? 0, code),
  next: (other: Unit) => (Number(other) % 247) + 1,
});
