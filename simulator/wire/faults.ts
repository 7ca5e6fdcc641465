import { z } from "zod";
import type { Request, Unit } from "./framing.ts";

/** A Modbus unit or DCON module, or the address of a DL/T 645 meter. */
export const meterAddress = z.string().regex(/^\d{12}$/, "12 digits");
const unit = z.union([z.int().min(0).max(255), meterAddress]);
const milliseconds = z.int().min(0).max(600_000);

/** When a fault happens: with a probability, or at the device's requests `from` to `to` (counted from 1), or always. */
const when = {
  probability: z.number().min(0).max(1).exactOptional(),
  requests: z.tuple([z.int().min(1), z.int().min(1)]).exactOptional(),
};

/** A way a reply goes wrong on the wire, and when. */
export const faultRule = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("silence"), ...when }),
  z.strictObject({ kind: z.literal("late"), ms: milliseconds, ...when }),
  z.strictObject({ kind: z.literal("short"), bytes: z.int().min(1).max(259).exactOptional(), ...when }),
  z.strictObject({ kind: z.literal("bad-crc"), ...when }),
  z.strictObject({ kind: z.literal("wrong-transaction"), ...when }),
  z.strictObject({ kind: z.literal("wrong-unit"), unit: unit.exactOptional(), ...when }),
  z.strictObject({ kind: z.literal("exception"), code: z.int().min(1).max(255).default(6), ...when }),
  z.strictObject({ kind: z.literal("garbage"), bytes: z.int().min(1).max(1000).default(16), ...when }),
  z.strictObject({ kind: z.literal("byte-by-byte"), ms: milliseconds.default(5), ...when }),
  z.strictObject({ kind: z.literal("duplicate"), ms: milliseconds.default(0), ...when }),
  z.strictObject({ kind: z.literal("echo"), ...when }),
  z.strictObject({ kind: z.literal("half-open"), ...when }),
  z.strictObject({ kind: z.literal("disconnect"), ...when }),
]);
export type FaultRule = z.output<typeof faultRule>;
export type FaultKind = FaultRule["kind"];
export const faultKinds: readonly FaultKind[] = faultRule.options.map((option) => option.shape.kind.value);
export const serialTransports = ["rtu", "ascii", "dlt645", "dcon"] as const;
export const gatewayTransports = ["rtu-over-tcp", "ascii-over-tcp", "dlt645-over-tcp", "dcon-over-tcp"] as const;
export type SerialTransport = (typeof serialTransports)[number];
export type GatewayTransport = (typeof gatewayTransports)[number];
export type Transport = "tcp" | "udp" | SerialTransport | GatewayTransport;

/** Modbus TCP has no CRC and the others no transaction id; a serial port has no connection that could be half open. */
const only: Partial<Record<FaultKind, readonly Transport[]>> = {
  "bad-crc": [...serialTransports, ...gatewayTransports],
  "wrong-transaction": ["tcp", "udp"],
  "half-open": ["tcp", ...gatewayTransports],
  disconnect: ["tcp", ...serialTransports, ...gatewayTransports],
  echo: ["rtu", "ascii", "rtu-over-tcp", "ascii-over-tcp"],
};
export const faultFits = (kind: FaultKind, transport: Transport): boolean => only[kind]?.includes(transport) ?? true;

/** What there is to do for one request: bytes to send after a while, or something done to the connection. */
export type Deed = { readonly afterMs: number; readonly bytes: Buffer } | { readonly connection: "close" | "deaf" };

/** What a device at `unit` does instead of answering `pdu` plainly. `random` decides what garbage looks like. */
export function deeds(
  fault: FaultRule | undefined,
  request: Request,
  pdu: Buffer,
  random: () => number,
  unit: Unit = request.unit,
): Deed[] {
  const reply = request.wrap(unit, pdu);
  const now = (bytes: Buffer): Deed[] => [{ afterMs: 0, bytes }];
  switch (fault?.kind) {
    case undefined:
      return now(reply);
    case "silence":
      return [];
    case "echo":
      return [...now(request.wrap(request.unit, request.pdu)), ...now(reply)];
    case "late":
      return [{ afterMs: fault.ms, bytes: reply }];
    case "short":
      return now(reply.subarray(0, Math.min(fault.bytes ?? reply.length - 2, reply.length - 1)));
    case "bad-crc":
    case "wrong-transaction":
      return now(request.spoil(unit, pdu));
    case "wrong-unit":
      return now(request.wrap(fault.unit ?? request.next(unit), pdu));
    case "exception":
      return now(request.wrap(unit, request.refuse(fault.code)));
    case "garbage":
      return now(Buffer.from(Array.from({ length: fault.bytes }, () => Math.floor(random() * 256))));
    case "byte-by-byte":
      return [...reply].map((byte, index) => ({ afterMs: index * fault.ms, bytes: Buffer.from([byte]) }));
    case "duplicate":
      return [...now(reply), { afterMs: fault.ms, bytes: reply }];
    case "half-open":
      return [{ connection: "deaf" }];
    case "disconnect":
      return [{ connection: "close" }];
  }
}
