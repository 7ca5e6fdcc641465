/** The state of one totaliser as plain JSON, to be kept anywhere and taken up again at any moment. */
import { z } from "zod";
import { periods } from "./calendar.ts";
import { type CounterEvent, counterEvents } from "./counter.ts";

const whole = z.number().int().safe();
const count = whole.nonnegative();
const text = z.string().max(255);
const event = z.enum(Object.keys(counterEvents) as [CounterEvent, ...CounterEvent[]]);

export const CountingState = z.strictObject({
  channel: z.string(),
  last: z.strictObject({ t: whole, value: text, entry: count, meter: text.exactOptional() }).nullable(),
  counted: z.string().max(999),
  breaks: count,
  broken: event.nullable(),
  marks: z.array(
    z.strictObject({
      period: z.enum(periods),
      start: whole,
      at: z.strictObject({ counted: z.string().max(999), breaks: count, entry: count }).nullable(),
    }),
  ),
  /** Which meter answers, as far as it has said so. */
  meter: text.nullable(),
  /** What came of the minutes that are open; "meter" says who counts. */
  open: z.array(z.strictObject({ t: whole, value: text, entry: count, of: z.enum(["counter", "meter"]) })),
  /** What was told last, and when it happened. */
  told: z.strictObject({ event, t: whole }).nullable(),
});
export type CountingState = z.infer<typeof CountingState>;
