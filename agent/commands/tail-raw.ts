import type { Read } from "../../drivers/driver.ts";
import { replyFields, requestFields } from "../../drivers/exchange-fields.ts";
import type { Profile } from "../../drivers/profile.ts";
import { fieldLines, type Paint } from "./tail-screen.ts";
import type { ShownFrame } from "./tail-shown.ts";

export interface ShownExchange {
  readonly read: Read;
  readonly request: Buffer;
  /** Empty without a reply. */
  readonly reply: Buffer;
  readonly ms: number;
}

/** The exchanges of a frame, in order. Requests are made again from the plan: the journal keeps what was answered. */
export function exchangesOf({ body, reads }: ShownFrame, profile: Profile): readonly ShownExchange[] {
  return body.raw.map((raw, i) => {
    const read = reads[i] ?? "";
    const [sent = 0, received = 0] = body.at?.[i] ?? [];
    const request = Buffer.concat(requestFields(profile, read).map(({ bytes }) => bytes));
    return { read, request, reply: Buffer.from(raw, "base64"), ms: received - sent };
  });
}

/** Each exchange: the request, then the reply, with their fields marked. */
export function rawLines(frame: ShownFrame, profile: Profile, paint: Paint): readonly string[] {
  return exchangesOf(frame, profile).flatMap(({ read, reply, ms }) => [
    ...fieldLines("  -> ", requestFields(profile, read), paint),
    ...(reply.length === 0
      ? [`  <- no reply that was taken, after ${ms} ms`]
      : fieldLines("  <- ", replyFields(profile, read, reply), paint)),
  ]);
}
