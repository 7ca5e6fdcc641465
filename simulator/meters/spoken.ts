import type { Shown } from "../shown.ts";
import type { Condition, Settings } from "./model.ts";

/** What a device said to one request: the reply without its envelope, and what it showed. */
export interface Said {
  readonly pdu: Buffer;
  readonly shown: Pick<Shown, "fc" | "start" | "count" | "values" | "points" | "exception">;
}

/** A device on a line that speaks another protocol than Modbus. */
export interface Speaker {
  /** Undefined: it does not react. */
  ask(request: Buffer): Said | undefined;
  setCondition(condition: Condition): void;
  /** Turns settings of the instrument; returns the name of one it does not have. */
  set(turned: Settings): string | undefined;
}
