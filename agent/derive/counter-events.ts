import { type CounterReading, counterEvents } from "../../feed/derive/average/counter.ts";
import type { CounterNews } from "../../feed/derive/counting.ts";
import type { EventBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";

/** `COUNTER_JUMP` and its like: what happened, and between which readings. */
export function counterEvent({ channel, counter, event, before, after }: CounterNews, now: Millis): EventBody {
  const count = ({ value, entry, meter }: CounterReading): string =>
    `${value} (entry ${entry}${meter === undefined ? "" : `, meter ${meter}`})`;
  const moved = before === null ? count(after) : `${count(before)} to ${count(after)}`;
  return {
    type: "event",
    t: isoTime(now),
    code: `COUNTER_${event.toUpperCase().replace("-", "_")}`,
    detail: `${channel}: ${counterEvents[event]}: ${counter} ${moved}`,
    dev: counter.split(".")[0] ?? counter,
  };
}

/** Events that are to be said once, though what they follow from is gone through again after each start. */
export interface Telling {
  hear(news: CounterNews): void;
  /** What the journal says already. */
  read(said: EventBody): void;
  /** Those that it does not say yet. */
  drain(now: Millis): readonly EventBody[];
}

export function makeTelling(): Telling {
  const told = new Set<string>();
  let heard: CounterNews[] = [];
  const keyOf = ({ code, detail }: EventBody): string => `${code} ${detail}`;
  return {
    hear: (news) => void heard.push(news),
    read: (said) => {
      if (said.code.startsWith("COUNTER_")) told.add(keyOf(said));
    },
    drain: (now) => {
      const bodies = heard.map((news) => counterEvent(news, now)).filter((body) => !told.has(keyOf(body)));
      heard = [];
      for (const body of bodies) told.add(keyOf(body));
      return bodies;
    },
  };
}
