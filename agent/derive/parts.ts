import type { Clock } from "../../drivers/clock.ts";
import type { Watched } from "../../feed/derive/calibration/watch.ts";
import type { Declared } from "../../feed/derive/deriving.ts";
import type { ConfigBody } from "../../feed/format/body.ts";
import type { Entry, EntryBody } from "../../feed/format/entry.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";
import type { JournalReader } from "../keep/open-journal.ts";

/** What deriving is done with, and for what. */
export interface DeriverParts {
  readonly channels: readonly Declared[];
  /** How far the site's days begin before those of UTC. */
  readonly offset: Millis;
  /** Number of the config entry that declares them, and when it was made. */
  readonly cfg: number;
  readonly since: Millis;
  /** Measured channels whose zero and span checks are judged. */
  readonly checks?: readonly Watched[];
  /** What the declaration says of them. */
  readonly calibrate?: ConfigBody["calibrate"];
  readonly journal: Pick<JournalReader, "head" | "read" | "ofType">;
  keep(...bodies: readonly EntryBody[]): readonly Entry[];
  readonly clock: Clock;
  /** File in which the averages are remembered. */
  readonly snapshot: string;
}
