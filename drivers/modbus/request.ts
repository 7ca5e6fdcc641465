import { Fault } from "../../feed/format/faults.ts";
import type { CustomRead, ReadRequest } from "../driver.ts";

/** A request as it went to the line, and by what its reply is known. */
export interface Asked {
  readonly unit: number;
  readonly functionCode: number;
  /** What was asked for, apart from the function: two requests of one function with equal keys are the same question. */
  readonly key: number | string;
  /** Data bytes of its good reply: between what tells their number, or the function code if nothing does, and the check. */
  readonly bytes: number;
  /** What the byte after the function code of its good reply must be; `anything` if the request does not tell. */
  readonly third: number;
  /** When it went out, and until when its reply is awaited (ms, performance.now). */
  readonly at: number;
  readonly until: number;
}

export const anything = -1;

/** MEI type of Read Device Identification; function 43 has others, such as 13, CANopen, which can write. */
const meiIdentification = 0x0e;
/** The longest PDU is 253 bytes (Modbus Application Protocol V1.1b3, 4.1). */
const mostReplyBytes = 252;
/** A question for measured values is short; what takes more than this is a message, and may well be a setting. */
const mostQuestionBytes = 16;

/** User-defined function codes (Modbus Application Protocol V1.1b3, 5). */
const isUserDefined = (code: number): boolean => (code >= 65 && code <= 72) || (code >= 100 && code <= 110);

/**
 * Data bytes of a good reply (Modbus Application Protocol V1.1b3, 6.1-6.4). Of functions 17 and 43 the most there can be, since only the
 * reply tells.
 */
export function replyBytes(request: ReadRequest): number {
  if ("count" in request) return request.functionCode <= 2 ? Math.ceil(request.count / 8) : request.count * 2;
  return "replyBytes" in request ? request.replyBytes : mostReplyBytes - 1;
}

/** Data bytes of the reply, and those of the request beyond the four that most requests have: what a deadline has to allow for. */
export const awaitedBytes = (request: ReadRequest): number =>
  "data" in request ? replyBytes(request) + Math.max(0, request.data.length / 2 - 4) : replyBytes(request);

/** What the byte after the function code of a good reply is: a byte count, the kind of function 43, or anything. */
export function thirdOf(request: ReadRequest): number {
  if ("count" in request) return replyBytes(request);
  return request.functionCode === 43 ? meiIdentification : anything;
}

const keyOf = (request: ReadRequest): number | string => {
  if ("start" in request) return request.start;
  if ("data" in request) return request.data.toLowerCase();
  return request.functionCode === 43 ? request.access * 256 + request.object : 0;
};

/**
 * Why a request may not go to a device, or undefined. The agent only reads: functions 1 to 4 within the limits of Modbus Application
 * Protocol V1.1b3, 6.1-6.4, identity by 17 (6.13) and 43/14 (6.21), and those user-defined functions that a profile names as reads; to
 * one unit (0 is broadcast on a serial line, which nobody answers).
 */
export function refusal(unit: number, request: ReadRequest, serial: boolean): string | undefined {
  const [lowest, highest] = serial ? [1, 247] : [0, 255];
  if (!Number.isInteger(unit) || unit < lowest || unit > highest) return `unit ${unit} is not ${lowest} to ${highest}`;
  const { functionCode } = request;
  if (functionCode === 17) return undefined;
  if (functionCode === 43) {
    if (!isIn(request.access, 1, 4)) return `access ${request.access} of function 43/14 is not 1 to 4`;
    return isIn(request.object, 0, 255) ? undefined : `object ${request.object} is not 0 to 255`;
  }
  if (isUserDefined(functionCode)) return customRefusal(request as CustomRead);
  if (!isIn(functionCode, 1, 4)) return `function ${functionCode} is not a read (1 to 4, 17, 43/14)`;
  const { start, count } = request as Extract<ReadRequest, { start: number }>;
  const most = functionCode <= 2 ? 2000 : 125;
  if (!isIn(count, 1, most)) return `count ${count} is not 1 to ${most}`;
  if (!isIn(start, 0, 65_536 - count)) return `addresses ${start} to ${start + count - 1} are not within 0 to 65535`;
  return undefined;
}

function customRefusal({ functionCode, data, replyBytes }: CustomRead): string | undefined {
  if (typeof data !== "string" || !/^([0-9a-f]{2})*$/i.test(data))
    return `function ${functionCode} needs its data in hexadecimal`;
  if (data.length / 2 > mostQuestionBytes)
    return `${data.length / 2} bytes are more than a question (${mostQuestionBytes})`;
  return isIn(replyBytes, 1, mostReplyBytes)
    ? undefined
    : `a reply of ${replyBytes} bytes is not 1 to ${mostReplyBytes}`;
}

const isIn = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

/**
 * The request inside an ADU (unit, PDU, CRC), as modbus-serial or we ourselves built it.
 * @param custom the user-defined read that the queue let pass; without it, or if the ADU is another, no such function passes
 * @throws Fault E_BUS_REFUSED for whatever is not a plain read, so that no write can reach the wire by any path
 */
export function readAdu(adu: Buffer, at: number, until: number, custom?: CustomRead): Asked {
  const unit = adu[0] ?? -1;
  const request = requestIn(adu, custom);
  const why = typeof request === "string" ? request : refusal(unit, request, false);
  if (why !== undefined || typeof request === "string") throw new Fault("E_BUS_REFUSED", `not sent: ${why}`);
  return askedFor(unit, request, at, until);
}

/** What the framings keep of a request. */
export const askedFor = (unit: number, request: ReadRequest, at: number, until: number): Asked => ({
  unit,
  functionCode: request.functionCode,
  key: keyOf(request),
  bytes: replyBytes(request),
  third: thirdOf(request),
  at,
  until,
});

function requestIn(adu: Buffer, custom: CustomRead | undefined): ReadRequest | string {
  const functionCode = adu[1] ?? -1;
  if (functionCode === 17) return adu.length === 4 ? { functionCode } : "function 17 has no data";
  if (functionCode === 43) {
    const [mei, access, object] = [adu[2], adu[3], adu[4]];
    if (adu.length !== 7 || mei !== meiIdentification) return "function 43 may only read the identification (14)";
    return { functionCode, access: access as 1, object: object as number };
  }
  if (isUserDefined(functionCode)) {
    const announced =
      custom?.functionCode === functionCode && custom.data.toLowerCase() === adu.toString("hex", 2, adu.length - 2);
    return announced ? custom : `function ${functionCode} was not asked for`;
  }
  const [start, count] = adu.length === 8 ? [adu.readUInt16BE(2), adu.readUInt16BE(4)] : [0, 0];
  return { functionCode: functionCode as 1, start, count };
}
