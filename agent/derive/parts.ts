import type { Clock } from "../../drivers/clock.ts";
import type { Declared } from "../../feed/derive/deriving.ts";
import type { Entry, EntryBody } from "../../feed/format/entry.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";
import type { Journal } from "../keep/journal.ts";

/** What deriving is given. */
export interface DeriverParts {
  readonly channels: readonly Declared[];
  /** How far the site's days begin before those of UTC. */
  readonly offset: Millis;
  /** Number of the config entry that declares them, and when it was made. */
  readonly cfg: number;
  readonly since: Millis;
  readonly journal: Pick<Journal, "head" | "read">;
  keep(...bodies: readonly EntryBody[]): readonly Entry[];
  readonly clock: Clock;
  /** File in which the averages are remembered. */
  readonly snapshot: string;
}
