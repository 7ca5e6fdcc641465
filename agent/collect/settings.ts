import type { Setting } from "../../drivers/profile.ts";
import type { EventBody } from "../../feed/format/body.ts";
import type { Reading } from "../../feed/format/reading.ts";

/** What the settings of a device were when they were read last, by channel. */
export type Settings = Readonly<Record<string, string>>;

/** Before (null: never read) and after, by channel. */
type Changes = Readonly<Record<string, readonly [string | null, string]>>;

/** What there is to tell: the code, what changed in words, all values before and after, and what is known from now on. */
export interface Told {
  readonly code: string;
  readonly detail: string;
  readonly set: Changes;
  readonly now: Settings;
}

/**
 * What there is to tell of a poll that read settings: the first time all of them, later all of them once any has changed. A setting that
 * could not be read says nothing; it stays what it was.
 */
export function settingsEvent(
  device: string,
  settings: readonly Setting[],
  known: Settings,
  readings: ReadonlyMap<string, Reading>,
): Told | undefined {
  const values = settings.flatMap(({ id }) => {
    const reading = readings.get(id);
    return reading?.kind === "measured" ? [[`${device}.${id}`, reading.value] as const] : [];
  });
  return told(known, values, { first: "SETTING_FIRST", changed: "SETTING_CHANGED" });
}

/** Of values by channel that were read: the event of those that are not what is known; undefined if all are. */
export function told(
  known: Settings,
  values: readonly (readonly [string, string])[],
  codes: { readonly first: string; readonly changed: string },
): Told | undefined {
  const changed = values.filter(([channel, value]) => known[channel] !== value);
  if (changed.length === 0) return undefined;
  const now = { ...known, ...Object.fromEntries(values) };
  const set: Changes = Object.fromEntries(
    Object.entries(now).map(([channel, value]) => [channel, [known[channel] ?? null, value] as const]),
  );
  const first = changed.every(([channel]) => known[channel] === undefined);
  const words = changed.map(
    ([channel, value]) => `${channel} ${first ? "is" : `${known[channel] ?? "unread"} ->`} ${value}`,
  );
  return { code: first ? codes.first : codes.changed, detail: cut(words.join("; ")), set, now };
}

/** The settings as the last such event left them. */
export const settingsOf = ({ set }: Pick<EventBody, "set">): Settings =>
  Object.fromEntries(Object.entries(set ?? {}).map(([channel, [, value]]) => [channel, value]));

const longest = 1000;
const cut = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest - 3)}...`);
