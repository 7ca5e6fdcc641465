import type { ReadRequest } from "../driver.ts";
import { crc16 } from "./crc.ts";
import type { GuardedPort } from "./port.ts";

/** The part of modbus-serial that is used; each call names its unit. */
export type Client = Readonly<Record<"writeFC1" | "writeFC2" | "writeFC3" | "writeFC4", Read>> & {
  writeFC17(unit: number, unused: undefined, alsoUnused: undefined, parsed: Parsed): void;
  writeCustomFC(unit: number, functionCode: number, data: Uint8Array, parsed: Parsed): void;
};
type Read = (unit: number, start: number, count: number, parsed: Parsed) => void;
export type Parsed = (error: (Error & { modbusCode?: number }) | null) => void;

/**
 * Has modbus-serial build the request and write it to the port. Function 43 goes past it, here and in `judge`: where more objects follow
 * it writes the next request from inside the reply to the first, with no regard to queue, silence and deadline.
 * @throws Fault E_BUS_REFUSED from the port
 */
export function put(client: Client, port: GuardedPort, unit: number, request: ReadRequest, parsed: Parsed): void {
  if ("count" in request) {
    const { functionCode, start, count } = request;
    if (functionCode === 3) client.writeFC3(unit, start, count, parsed);
    else if (functionCode === 4) client.writeFC4(unit, start, count, parsed);
    else if (functionCode === 1) client.writeFC1(unit, start, count, parsed);
    else client.writeFC2(unit, start, count, parsed);
  } else if ("data" in request)
    client.writeCustomFC(unit, request.functionCode, Buffer.from(request.data, "hex"), parsed);
  else if (request.functionCode === 17) client.writeFC17(unit, undefined, undefined, parsed);
  else port.write(withCrc([unit, 43, 14, request.access, request.object]));
}

/** Has modbus-serial say what a frame (unit, PDU, CRC) is that answers the pending request: data, or an exception. */
export function judge(port: GuardedPort, frame: Buffer, parsed: Parsed): void {
  const functionCode = frame[1] as number;
  if ((functionCode & 0x7f) !== 43) port.emit("data", frame);
  else if (functionCode < 0x80) parsed(null);
  else {
    const modbusCode = frame[2] as number;
    parsed(Object.assign(new Error(`Modbus exception ${modbusCode}`), { modbusCode }));
  }
}

function withCrc(adu: readonly number[]): Buffer {
  const frame = Buffer.from([...adu, 0, 0]);
  frame.writeUInt16LE(crc16(frame, 0, adu.length), adu.length);
  return frame;
}
