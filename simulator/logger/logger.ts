import type { PlantState } from "../plant/combustion.ts";
import type { Moment } from "../plant/world.ts";
import { minute, realTime, type Sender, state } from "./dialect.ts";
import { type LoggerFault, spoilt } from "./faults.ts";
import type { Saying } from "./saying.ts";

/** A data logger that pushes what it sees of the plant. It has no timer of its own: whoever runs it calls `beat`. */
export interface Logger {
  /**
   * One turn at this time (Unix ms): a real-time message, and the minute that has ended, if one has. Returns the bytes to send.
   */
  beat(at: number): Buffer;
  /** From now on this, and nothing else, goes wrong. */
  setFault(fault: LoggerFault | undefined): void;
  /** From now on it says this; what is left out is as it sees it. */
  say(saying: Saying): void;
  /** DATA of the last message it meant to send of each kind: what should have arrived. */
  readonly meant: readonly string[];
}

const minuteMs = 60_000;

export function createLogger(sender: Sender, look: () => Moment, random: () => number): Logger {
  let fault: LoggerFault | undefined;
  let seen: PlantState[] = [];
  let current: number | undefined;
  let says: Saying = {};
  let told = "0 0";
  let meant: string[] = [];
  return {
    get meant() {
      return meant;
    },
    setFault: (next) => {
      fault = next;
    },
    say: (saying) => {
      says = saying;
    },
    beat: (at) => {
      meant = [];
      const start = at - (at % minuteMs);
      if (current !== undefined && start > current && seen.length > 0) meant.push(minute(sender, at, current, seen));
      if (current !== start) seen = [];
      current = start;
      const { plant } = look();
      seen.push(plant);
      const dead = fault === "zero-as-normal";
      const { flag, work = dead ? 2 : 0, comms = dead ? 1 : 0 } = says;
      // A state is sent when it changes (HJ 212-2017, C.42); 2005 has none.
      if (`${work} ${comms}` !== told && sender.dialect !== "2005") meant.push(state(sender, at, work, comms));
      told = `${work} ${comms}`;
      meant.push(realTime(sender, at, plant, dead, flag));
      return Buffer.concat(meant.map((data) => spoilt(fault, data, random)));
    },
  };
}
