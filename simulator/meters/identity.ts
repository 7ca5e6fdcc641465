import type { Identity } from "./model.ts";
import { exceptionPdu, exceptions } from "./reply.ts";

/** Read Device Identification is MEI type 14 of function 43. */
const meiIdentification = 0x0e;
/** Basic identification, whole or by single objects. */
const conformity = 0x81;
/** Objects in one reply: few, so that a master has to ask on. */
const atOnce = 2;

/** The reply PDU to function 17 or 43 (Modbus Application Protocol V1.1b3, 6.13 and 6.21); undefined for all others. */
export function identify({ vendor, product, revision }: Identity, request: Buffer): Buffer | undefined {
  const objects = [vendor, product, revision].map((text) => Buffer.from(text));
  if (request[0] === 17) {
    const text = Buffer.from(`${vendor} ${product} ${revision}`);
    return Buffer.concat([Buffer.from([17, 2 + text.length, 1, 0xff]), text]);
  }
  if (request[0] !== 43) return undefined;
  const [, mei, access = 0, object = 0] = request;
  if (mei !== meiIdentification) return exceptionPdu(43, exceptions.function);
  if (request.length !== 4 || access < 1 || access > 4) return exceptionPdu(43, exceptions.value);
  const known = object < objects.length;
  if (access === 4 && !known) return exceptionPdu(43, exceptions.address);
  // A stream that is asked for from an object that is not there begins at the first.
  const first = known ? object : 0;
  const end = Math.min(objects.length, first + (access === 4 ? 1 : atOnce));
  const more = access !== 4 && end < objects.length;
  const header = [43, meiIdentification, access, conformity, more ? 0xff : 0, more ? end : 0, end - first];
  const listed = objects
    .slice(first, end)
    .map((text, index) => Buffer.concat([Buffer.from([first + index, text.length]), text]));
  return Buffer.concat([Buffer.from(header), ...listed]);
}
