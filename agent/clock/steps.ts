import type { Clock } from "../../drivers/clock.ts";
import type { EventBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { Instant } from "../../feed/format/vocabulary.ts";
import type { Logger } from "../logger.ts";
import type { Keeper } from "../sealing.ts";

/** A verifier remarks on more than two seconds; what it remarks on is told before. */
const told = 1000;

/** Watches whether the clock was set: each look compares it with the time since boot. */
export function stepWatch(begin: Instant): (now: Instant) => EventBody | undefined {
  let apart = begin.wall - begin.mono;
  return ({ wall, mono }) => {
    const step = Math.round(wall - mono - apart);
    apart = wall - mono;
    if (Math.abs(step) <= told) return undefined;
    const detail = `the clock was set ${step > 0 ? "forward" : "back"} by ${Math.abs(step)} ms`;
    return { type: "event", t: isoTime(wall), code: "CLOCK_STEP", detail };
  };
}

/** The same keeper; where the clock was set since the last entry, an event that says so comes before the next one. */
export function tellingSteps(keeper: Keeper, clock: Clock, log: Pick<Logger, "warn">): Keeper {
  const stepped = stepWatch(clock.now());
  return {
    ...keeper,
    keep: (...bodies) => {
      const event = stepped(clock.now());
      if (event === undefined) return keeper.keep(...bodies);
      log.warn({ code: event.code, detail: event.detail }, "the clock was set");
      return keeper.keep(event, ...bodies).slice(1);
    },
  };
}
