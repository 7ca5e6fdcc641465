import { Fault } from "../../feed/format/faults.ts";
import type { ReadRequest } from "../driver.ts";

/** A request as it went to the line. */
export interface Asked extends ReadRequest {
  readonly unit: number;
  /** Data bytes of its good reply. */
  readonly bytes: number;
  /** When it went out, and until when its reply is awaited (ms, performance.now). */
  readonly at: number;
  readonly until: number;
}

/** Data bytes of a good reply (Modbus Application Protocol V1.1b3, 6.1-6.4). */
export const replyBytes = (request: ReadRequest): number =>
  request.functionCode <= 2 ? Math.ceil(request.count / 8) : request.count * 2;

/**
 * Why a request may not go to a device, or undefined. The agent only reads: functions 1 to 4, within the limits of Modbus
 * Application Protocol V1.1b3, 6.1-6.4, to one unit (0 is broadcast on a serial line, which nobody answers).
 */
export function refusal(unit: number, request: ReadRequest, serial: boolean): string | undefined {
  const { functionCode, start, count } = request;
  const [lowest, highest] = serial ? [1, 247] : [0, 255];
  if (!Number.isInteger(unit) || unit < lowest || unit > highest) return `unit ${unit} is not ${lowest} to ${highest}`;
  if (!Number.isInteger(functionCode) || functionCode < 1 || functionCode > 4)
    return `function ${functionCode} is not a read (1 to 4)`;
  const most = functionCode <= 2 ? 2000 : 125;
  if (!Number.isInteger(count) || count < 1 || count > most) return `count ${count} is not 1 to ${most}`;
  if (!Number.isInteger(start) || start < 0 || start + count > 65_536)
    return `addresses ${start} to ${start + count - 1} are not within 0 to 65535`;
  return undefined;
}

/**
 * The request inside what modbus-serial built (unit, function, start, count, CRC).
 * @throws Fault E_BUS_REFUSED for whatever is not a plain read, so that no write can reach the wire by any path
 */
export function readAdu(adu: Buffer, at: number, until: number): Asked {
  const unit = adu[0] ?? -1;
  const functionCode = (adu[1] ?? -1) as ReadRequest["functionCode"];
  const [start, count] = adu.length === 8 ? [adu.readUInt16BE(2), adu.readUInt16BE(4)] : [0, 0];
  const asked = { unit, functionCode, start, count, bytes: 0, at, until };
  const why = refusal(unit, asked, false);
  if (why !== undefined) throw new Fault("E_BUS_REFUSED", `not sent: ${why}`);
  asked.bytes = replyBytes(asked);
  return asked;
}
