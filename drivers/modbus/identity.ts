import type { BusFailure, IdentityRead, TransactOptions } from "../driver.ts";
import type { ModbusBus } from "./bus.ts";

/** What the objects of Read Device Identification are called (Modbus Application Protocol V1.1b3, 6.21); others are the maker's own. */
export const objectNames = ["vendor", "product code", "revision", "vendor URL", "product name", "model", "application"];

/** Unit, function, MEI type, access, conformity, more follows, next object, number of objects. */
const headerBytes = 8;

/** One reply to Read Device Identification. */
export interface IdentityPart {
  /** 1 to 3: basic, regular, extended; with 0x80 each object can be asked for by itself. */
  readonly conformity: number;
  /** Objects by number, as they were sent. */
  readonly objects: ReadonlyMap<number, Buffer>;
  /** The object to ask for next; undefined if all were sent. */
  readonly next: number | undefined;
}

/** Reads a good reply (unit and PDU); undefined if it is none, or ends within an object. */
export function identityPart(reply: Buffer): IdentityPart | undefined {
  if (reply.length < headerBytes || reply[1] !== 43 || reply[2] !== 14) return undefined;
  const [, , , , conformity = 0, more, next] = reply;
  const objects = new Map<number, Buffer>();
  for (let at = headerBytes; at < reply.length; ) {
    const [id, length] = [reply[at], reply[at + 1]];
    if (id === undefined || length === undefined || at + 2 + length > reply.length) return undefined;
    objects.set(id, Buffer.from(reply.subarray(at + 2, at + 2 + length)));
    at += 2 + length;
  }
  return { conformity, objects, next: more === 0xff ? next : undefined };
}

export interface Identity {
  /** What was learnt, even if the device then fell silent. */
  readonly objects: ReadonlyMap<number, Buffer>;
  /** Why there is not more. */
  readonly failure?: BusFailure;
}

/** Asks a device who it is, reply by reply as long as more follows. Each reply must lead further, so that no device keeps us for ever. */
export async function readIdentity(
  bus: Pick<ModbusBus, "transact">,
  unit: number,
  access: 1 | 2 | 3 = 1,
  options: TransactOptions = {},
): Promise<Identity> {
  const objects = new Map<number, Buffer>();
  for (let object: number | undefined = 0; object !== undefined; ) {
    const request: IdentityRead = { functionCode: 43, access, object };
    const { reply, failure } = await bus.transact({ unit, request }, options);
    if (failure !== undefined || reply === undefined) return { objects, failure: failure ?? unreadable };
    const part = identityPart(reply);
    if (part === undefined) return { objects, failure: unreadable };
    for (const [id, value] of part.objects) objects.set(id, value);
    if (part.next !== undefined && part.next <= object) return { objects, failure: inCircles };
    object = part.next;
  }
  return { objects };
}

/**
 * What Report Server ID says (Modbus Application Protocol V1.1b3, 6.13): an id, whether it runs, and more, each as long as the maker likes.
 * Undefined if the reply (unit and PDU) is none.
 */
export const serverId = (reply: Buffer): Buffer | undefined =>
  reply.length >= 3 && reply[1] === 17 && reply[2] === reply.length - 3 ? Buffer.from(reply.subarray(3)) : undefined;

const unreadable: BusFailure = { code: "E_BUS_REPLY", detail: "the reply holds no identification" };
const inCircles: BusFailure = { code: "E_BUS_REPLY", detail: "the identification goes in circles" };

/** Bytes for people to read: what is printable as it is, the rest in hexadecimal between brackets. Padding at the ends is left out. */
export function legible(bytes: Buffer): string {
  const trimmed = bytes.toString("latin1").replace(/^[\0 ]+|[\0 ]+$/g, "");
  return trimmed.replace(/[^\x20-\x7e]+/g, (odd) => `[${Buffer.from(odd, "latin1").toString("hex")}]`);
}
