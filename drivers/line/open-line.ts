import type { Clock } from "../clock.ts";
import type { Bus } from "../driver.ts";
import { Asker } from "./asker.ts";
import { LineBus } from "./bus.ts";
import type { Dialect } from "./dialect.ts";
import { wireOf } from "./open-wire.ts";
import type { LineOptions, LineSettings, SerialSettings, ServerSettings } from "./settings.ts";
import type { Timing } from "./timing.ts";

/** A reply later than this is taken never to come, and a line is waited on no longer for its silence. */
export const lateMs = 30_000;
const rebuildMs = 60_000;
const silentLimit = 5;

/** How the line behind a dialect behaves. */
export interface LineManner {
  readonly timing: Timing;
  /**
   * There is silence between frames: everywhere but where each reply carries the number of its question, and there too if the line is
   * set to a turnaround.
   */
  readonly silences: boolean;
  /** The line is kept silent after a question that was not answered as it should be. */
  readonly quarantines: boolean;
}

/**
 * One line in one dialect, with its queue. It opens when first asked and never throws for a device or port that is not there. `clock`
 * stamps the exchanges; deadlines and silences run on real time, as the wire does.
 */
export function openLine<Q>(
  settings: LineSettings & (SerialSettings | Pick<ServerSettings, "host" | "port">),
  dialect: Dialect<Q>,
  { timing, silences, quarantines }: LineManner,
  clock: Clock,
  options: LineOptions,
): Bus<Q> {
  const asker = new Asker({
    openWire: wireOf(settings, options),
    dialect,
    gapMs: silences ? timing.gapMs : undefined,
    quarantines: quarantines && !options.without?.includes("quarantine"),
    lateMs: options.lateMs ?? lateMs,
    rebuildMs: options.rebuildMs ?? ("rebuild" in settings ? settings.rebuild : undefined) ?? rebuildMs,
    silentLimit: options.silentLimit ?? silentLimit,
    random: options.random ?? Math.random,
  });
  return new LineBus(settings.id, asker, clock);
}
