import type { Poll } from "../../drivers/driver.ts";
import type { ClockTuple, FrameBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { Reading } from "../../feed/format/reading.ts";
import { toTuple } from "../../feed/format/reading.ts";
import { type Instant, millis } from "../../feed/format/vocabulary.ts";

/** What stays the same from poll to poll of one device. */
export interface FrameContext {
  readonly device: string;
  /** First 8 hex digits of the kernel's boot id: monotonic times compare only within one boot. */
  readonly boot: string;
  /** Entry number of the configuration under which the device is read. */
  readonly config: number;
  /** What the clock follows, as it was known at the poll. */
  readonly clk: ClockTuple;
}

/**
 * The entry of one poll. Each exchange keeps its own times (sent and received on the monotonic clock, received on the wall
 * clock) and the reply as it was on the wire, so that every value can be recomputed; a request without reply keeps "".
 */
export function frameBody(
  context: FrameContext,
  poll: Poll,
  readings: ReadonlyMap<string, Reading>,
  done: Instant,
): FrameBody {
  const tuples = Array.from(readings, ([point, reading]) => [`${context.device}.${point}`, toTuple(reading)] as const);
  return {
    type: "frame",
    t: isoTime(done.wall),
    dev: context.device,
    boot: context.boot,
    mono: Math.round(done.mono),
    clk: context.clk,
    cfg: context.config,
    at: poll.exchanges.map(({ sent, received }) => [
      Math.round(sent.mono),
      Math.round(received.mono),
      Math.round(received.wall),
    ]),
    raw: poll.exchanges.map((exchange) => exchange.reply?.toString("base64") ?? ""),
    ...ownOf(context.device, poll),
    // Made at once: an object that grew by a dozen computed names is a hash table to V8, and slow to spell out.
    data: Object.fromEntries(tuples),
  };
}

/** The time and flags of a device that has its own, beside ours. */
function ownOf(device: string, { time, samples }: Poll): Pick<FrameBody, "own"> {
  const flags = samples.flatMap(({ point, own }) => (own ? [[`${device}.${point}`, own.letter] as const] : []));
  if (time === undefined && flags.length === 0) return {};
  return { own: { ...(time !== undefined && { t: isoTime(millis(time)) }), flags: Object.fromEntries(flags) } };
}
