import { z } from "zod";
import { pointsOfWatched, type Watched } from "../../feed/derive/calibration/watch.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import type { EnteredCheck } from "./entered.ts";

/** Checks that a person hands over to the agent, as the file between the two holds them. */
export interface Entered {
  readonly by: string;
  readonly checks: readonly EnteredCheck[];
}

const day = 86_400_000;
/** A check that is older than the longest time between two of them proves nothing that is still open. */
export const oldest = millis(31 * day);
/** What a clock of another terminal may be ahead. */
const ahead = 60_000;

const number = z.string().regex(/^-?\d{1,30}(\.\d{1,30})?$/);
const form = z.strictObject({
  by: z.string().min(1).max(100),
  checks: z
    .array(
      z.strictObject({
        channel: z.string().max(32),
        point: z.enum(["zero", "span"]),
        t: z.int(),
        reading: number,
        reference: number,
      }),
    )
    .min(1)
    .max(2),
});

export const isNumber = (text: string): boolean => number.safeParse(text).success;

/** What the text holds, or why it is not kept: one sentence. */
export function readEntered(
  text: string,
  watched: readonly Watched[],
  now: number,
): { readonly ok: true; readonly entered: Entered } | { readonly ok: false; readonly why: string } {
  const parsed = form.safeParse(jsonOf(text));
  if (!parsed.success) return { ok: false, why: "it is not of the form of an entered check" };
  for (const check of parsed.data.checks) {
    const why = unfit(check, watched, now);
    if (why !== undefined) return { ok: false, why };
  }
  return { ok: true, entered: parsed.data };
}

function unfit({ channel, point, t }: EnteredCheck, watched: readonly Watched[], now: number): string | undefined {
  const how = watched.find((one) => one.channel === channel);
  if (how === undefined) return `${channel} is not among the channels of \`derived.calibration\``;
  if (!pointsOfWatched(how).includes(point)) return `${channel} has no ${point} check in \`derived.calibration\``;
  if (t > now + ahead) return "its time is still to come";
  return t < now - oldest ? "it is older than 31 days" : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
