import type { ReadRequest } from "../../drivers/driver.ts";
import { tables } from "../../drivers/profile.ts";

/** First digit of a register's number as manuals print it (the data model of the older Modicon manuals), by function. */
const firstDigit: Readonly<Record<number, number>> = { 1: 0, 2: 1, 3: 4, 4: 3 };
const tableOf = Object.fromEntries(Object.entries(tables).map(([name, code]) => [code, name]));

/** A register in a technician's words: "40101 (holding:100)", the first counted from 1, the second as it is on the wire. */
export function labelOf(request: ReadRequest): string {
  if (!("count" in request))
    return request.functionCode === 43 ? "identity (43/14)" : `function ${request.functionCode}`;
  return registerLabel(request.functionCode, request.start);
}

export function registerLabel(functionCode: 1 | 2 | 3 | 4, address: number): string {
  return `${registerNumber(functionCode, address)} (${tableOf[functionCode]}:${address})`;
}

/** "40101"; six digits beyond the 9999th register. */
export function registerNumber(functionCode: 1 | 2 | 3 | 4, address: number): string {
  const digits = address < 9999 ? 4 : 5;
  return `${firstDigit[functionCode]}${String(address + 1).padStart(digits, "0")}`;
}
