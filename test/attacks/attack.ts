import type { Month } from "./month.ts";

/** One attack of the table. */
export interface Attack {
  /** T01 to T50 as the design numbers them, further ones from T51 on. */
  readonly id: string;
  /** What the attacker does. LK: he holds the log's key. */
  readonly what: string;
  /** How the test does it. */
  readonly how: string;
  /** Who sees it. */
  readonly seen: "offline verifier" | "service" | "agent" | "broker";
  /** The codes that must be among those reported. None: it is not seen, `how` says so, and nothing may be reported of it. */
  readonly codes: readonly string[];
}

/** Performs an attack and returns every code that was reported. */
export type Perform = (month: Month) => readonly string[] | Promise<readonly string[]>;
export type Performs = Readonly<Record<string, Perform>>;
