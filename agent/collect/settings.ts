import type { Setting } from "../../drivers/profile.ts";
import type { EventBody } from "../../feed/format/body.ts";
import type { Reading } from "../../feed/format/reading.ts";

/** What the settings of a device were when they were read last, by channel. */
export type Settings = Readonly<Record<string, string>>;

/** Before (null: never read) and after, by channel. */
type Changes = Readonly<Record<string, readonly [string | null, string]>>;

/**
 * What there is to tell of a poll that read settings: the first time all of them, later all of them once any has changed. A setting that
 * could not be read says nothing; it stays what it was.
 */
export function settingsEvent(
  device: string,
  settings: readonly Setting[],
  known: Settings,
  readings: ReadonlyMap<string, Reading>,
): { readonly code: string; readonly detail: string; readonly set: Changes; readonly now: Settings } | undefined {
  const values = settings.flatMap(({ id }) => {
    const reading = readings.get(id);
    return reading?.kind === "measured" ? [[`${device}.${id}`, reading.value] as const] : [];
  });
  const changed = values.filter(([channel, value]) => known[channel] !== value);
  if (changed.length === 0) return undefined;
  const now = { ...known, ...Object.fromEntries(values) };
  const set: Changes = Object.fromEntries(
    Object.entries(now).map(([channel, value]) => [channel, [known[channel] ?? null, value] as const]),
  );
  const first = changed.every(([channel]) => known[channel] === undefined);
  const told = changed.map(
    ([channel, value]) => `${channel} ${first ? "is" : `${known[channel] ?? "unread"} ->`} ${value}`,
  );
  return { code: first ? "SETTING_FIRST" : "SETTING_CHANGED", detail: cut(told.join("; ")), set, now } as const;
}

/** The settings as the last such event left them. */
export const settingsOf = ({ set }: Pick<EventBody, "set">): Settings =>
  Object.fromEntries(Object.entries(set ?? {}).map(([channel, [, value]]) => [channel, value]));

const longest = 1000;
const cut = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest - 3)}...`);
