import type { FieldCutter } from "../fields.ts";
import { legible, objectNames } from "./identity.ts";

const word = ([byte = 0]: Buffer): string => String(byte);

/** What follows the function code of a reply to Read Device Identification (Modbus Application Protocol V1.1b3, 6.21). */
export function takeIdentity(cutter: FieldCutter): void {
  for (const name of ["kind of 43", "access", "conformity", "more follows", "next object", "objects"])
    cutter.take(1, name, word);
  while (cutter.left > 0) {
    const [object = 0] = cutter.take(1, "object", ([id = 0]) => objectNames[id] ?? `the maker's ${id}`);
    const [length = 0] = cutter.take(1, "length", word);
    cutter.take(length, objectNames[object] ?? `object ${object}`, legible);
  }
}

/** The same of Report Server ID (6.13). */
export function takeServerId(cutter: FieldCutter): void {
  const [length = 0] = cutter.take(1, "bytes", word);
  cutter.take(length, "server id", legible);
}
