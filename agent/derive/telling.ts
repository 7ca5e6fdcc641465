import type { EventBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";

export type Untimed = Omit<EventBody, "t">;

/** Events that are to be said once, though what they follow from is gone through again after each start. */
export interface Telling {
  hear(event: Untimed): void;
  /** What the journal says already. */
  read(said: Untimed): void;
  /** Those that it does not say yet. */
  drain(now: Millis): readonly EventBody[];
}

export function makeTelling(): Telling {
  const told = new Set<string>();
  let heard: Untimed[] = [];
  const keyOf = ({ code, detail }: Untimed): string => `${code} ${detail}`;
  return {
    hear: (event) => void heard.push(event),
    read: (said) => {
      if (said.code.startsWith("COUNTER_") || said.code.startsWith("CALIBRATION_")) told.add(keyOf(said));
    },
    drain: (now) => {
      const fresh = heard.filter((event) => !told.has(keyOf(event)));
      heard = [];
      for (const event of fresh) told.add(keyOf(event));
      return fresh.map((event) => ({ ...event, t: isoTime(now) }));
    },
  };
}
