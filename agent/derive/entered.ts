import { byHand } from "../../feed/derive/calibration/checks.ts";
import { type CheckNews, judgedByHand, type Watched } from "../../feed/derive/calibration/watch.ts";
import type { ManualBody } from "../../feed/format/body.ts";
import { canonical } from "../../feed/format/canonical.ts";
import { isoTime, type StoredEntry } from "../../feed/format/entry.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";

/** A check that a person made and wrote down. Numbers are decimal strings in the unit of the channel. */
export interface EnteredCheck {
  readonly channel: string;
  readonly point: "zero" | "span";
  /** When the reading was taken, Unix ms. */
  readonly t: number;
  readonly reading: string;
  readonly reference: string;
}

const code = "calibration";

/** The `manual` entry of a check, `by` whom it was made. */
export const manualBody = (
  { channel, point, t, reading, reference }: EnteredCheck,
  unit: string,
  by: string,
  wall: Millis,
): ManualBody => ({
  type: "manual",
  t: isoTime(wall),
  code,
  value: canonical({ channel, point, reading, reference }),
  unit,
  period: isoTime(millis(t)),
  by,
  docs: [],
});

/** A check of a manual entry, judged as any other; undefined where it is none, or of a channel that is not checked here. */
export function enteredCheck(
  entry: StoredEntry & ManualBody,
  watched: ReadonlyMap<string, Watched>,
): CheckNews | undefined {
  if (entry.code !== code) return undefined;
  const said = membersOf(entry.value);
  const how = watched.get(said.channel ?? "");
  const { point, reading = "", reference = "" } = said;
  if (how === undefined || (point !== "zero" && point !== "span")) return undefined;
  const checked = byHand({ channel: how.channel, point, t: Date.parse(entry.period), reading, reference });
  return checked.ok ? judgedByHand(checked.check, how, entry.seq) : undefined;
}

function membersOf(value: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(value) as Record<string, string>;
  } catch {
    return {};
  }
}
