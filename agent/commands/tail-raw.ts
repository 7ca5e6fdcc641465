import type { Read } from "../../drivers/driver.ts";
import { replyFields, requestFields } from "../../drivers/exchange-fields.ts";
import type { Profile } from "../../drivers/profile.ts";
import type { FrameBody } from "../../feed/format/body.ts";
import { fieldLines, type Paint } from "./tail-screen.ts";
import type { ShownFrame } from "./tail-shown.ts";

export interface ShownExchange {
  readonly read: Read;
  readonly request: Buffer;
  /** Empty without a reply. */
  readonly reply: Buffer;
  readonly ms: number;
}

/** How a device is asked. */
export interface Asked {
  readonly profile: Profile;
  /** Whether its line adds a checksum to each DCON command. */
  readonly summed: boolean;
}

/** Reasons for which nothing was sent. */
const unsent = ["E_BUS_RESTING", "E_BUS_CLOSED", "E_BUS_REFUSED"];

/**
 * Why the exchange number `i` never was, or undefined. The journal keeps reasons by reading, not by exchange: where others failed
 * otherwise, one that was not asked is known by its taking no time.
 */
function unasked({ raw, at, data }: FrameBody, i: number): string | undefined {
  if (raw[i] !== "") return undefined;
  const reasons = Object.values(data).flatMap(([value, , reason]) => (value === null && reason ? [reason] : []));
  const why = reasons.find((reason) => unsent.includes(reason));
  const [sent, received] = at?.[i] ?? [];
  return sent === received || reasons.every((reason) => reason === why || !/^E_/.test(reason)) ? why : undefined;
}

/** The exchanges of a frame that were, in order. Requests are made again from the plan: the journal keeps what was answered. */
export const exchangesOf = (frame: ShownFrame, asked: Asked): readonly ShownExchange[] =>
  allOf(frame, asked).flatMap((one) => ("read" in one ? [one] : []));

function allOf({ body, reads }: ShownFrame, { profile, summed }: Asked): readonly (ShownExchange | { why: string })[] {
  return body.raw.map((raw, i) => {
    const why = unasked(body, i);
    if (why !== undefined) return { why };
    const read = reads[i] ?? "";
    const [sent = 0, received = 0] = body.at?.[i] ?? [];
    const request = Buffer.concat(requestFields(profile, read, summed).map(({ bytes }) => bytes));
    return { read, request, reply: Buffer.from(raw, "base64"), ms: received - sent };
  });
}

/** Each exchange: the request, then the reply, with their fields marked; or why there was none. */
export function rawLines(frame: ShownFrame, asked: Asked, paint: Paint): readonly string[] {
  const { profile, summed } = asked;
  return allOf(frame, asked).flatMap((one) => {
    if ("why" in one) return [`  -> not asked: ${one.why}`];
    const { read, reply, ms } = one;
    return [
      ...fieldLines("  -> ", requestFields(profile, read, summed), paint),
      ...(reply.length === 0
        ? [`  <- no reply that was taken, after ${ms} ms`]
        : fieldLines("  <- ", replyFields(profile, read, reply), paint)),
    ];
  });
}
