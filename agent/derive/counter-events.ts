import { type CounterReading, counterEvents } from "../../feed/derive/average/counter.ts";
import type { CounterNews } from "../../feed/derive/counting.ts";
import type { Untimed } from "./telling.ts";

/** `COUNTER_JUMP` and its like: what happened, and between which readings. */
export function counterEvent({ channel, counter, event, before, after }: CounterNews): Untimed {
  const count = ({ value, entry, meter }: CounterReading): string =>
    `${value} (entry ${entry}${meter === undefined ? "" : `, meter ${meter}`})`;
  const moved = before === null ? count(after) : `${count(before)} to ${count(after)}`;
  return {
    type: "event",
    code: `COUNTER_${event.toUpperCase().replace("-", "_")}`,
    detail: `${channel}: ${counterEvents[event]}: ${counter} ${moved}`,
    dev: counter.split(".")[0] ?? counter,
  };
}
