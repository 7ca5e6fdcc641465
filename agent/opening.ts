import { channels } from "../config/channels.ts";
import type { Device, Site } from "../config/site.ts";
import type { Read } from "../drivers/driver.ts";
import type { ClockTuple } from "../feed/format/body.ts";
import type { EntryBody } from "../feed/format/entry.ts";
import { isoTime, readEntry } from "../feed/format/entry.ts";
import type { Millis } from "../feed/format/vocabulary.ts";
import { type Settings, settingsOf } from "./collect/settings.ts";
import { type Attached, readsOf } from "./devices.ts";
import type { Head } from "./keep/journal.ts";
import type { OpenJournal } from "./keep/open-journal.ts";
import type { Keeper } from "./sealing.ts";

/** The first entry after a start: what was found, so that a restored or cloned disk betrays itself. */
export function bootBody(
  boot: string,
  clk: ClockTuple,
  found: Head,
  witnessed: Head | undefined,
  wall: Millis,
): EntryBody {
  return {
    type: "boot",
    t: isoTime(wall),
    boot,
    why: "start",
    clk,
    head: [found.size, found.root.toString("base64")],
    ...(witnessed && { wit: [witnessed.size, witnessed.root.toString("base64")] as [number, string] }),
  };
}

/** The whole map of one device and the requests of its poll: what is needed to recompute every value from its raw bytes. */
export function configBody(site: Site, device: Device, reads: readonly Read[], why: string, wall: Millis): EntryBody {
  return {
    type: "config",
    t: isoTime(wall),
    dev: device.id,
    profile: device.profile.id,
    points: channels(device),
    reads,
    sha256: site.sha256,
    by: "site",
    why,
  };
}

/** Whether two configuration entries say the same, whatever their time and reason. */
export function sameConfig(a: EntryBody, b: EntryBody): boolean {
  const essence = (body: EntryBody): string => {
    if (body.type !== "config") return "";
    const { dev, profile, points, reads, sha256 } = body;
    const sorted = Object.fromEntries(Object.entries(points).sort(([x], [y]) => (x < y ? -1 : 1)));
    return JSON.stringify([dev, profile, sorted, reads, sha256]);
  };
  return essence(a) === essence(b);
}

/**
 * Writes a configuration entry for each device whose map, plan or site file is not the one in force, and returns the
 * number of the entry that is, by device. A plan that the device had made divide is gone on with: it need not refuse again.
 */
export function configEntries(
  site: Site,
  attached: readonly Attached[],
  journal: Pick<OpenJournal, "lastOfType">,
  keeper: Keeper,
  wall: Millis,
): ReadonlyMap<string, number> {
  return new Map(
    attached.map(({ device, by }) => {
      const last = journal.lastOfType("config", device.id);
      const written = last && readEntry(last.bytes);
      if (written?.ok && written.value.type === "config" && "driver" in by) by.driver.resume(written.value.reads ?? []);
      const body = configBody(site, device, readsOf(by), last === undefined ? "first" : "changed", wall);
      if (last && written?.ok && sameConfig(written.value, body)) return [device.id, last.seq];
      return [device.id, keeper.keep(body)[0]?.seq ?? 0];
    }),
  );
}

/** What the settings of a device were when they were last told of. */
export const lastSettings = (journal: Pick<OpenJournal, "lastOfType">, device: string): Settings =>
  lastTold(journal, device, ["SETTING_FIRST", "SETTING_CHANGED"]);

/** What a device that pushes told last: its states, by channel, and its newest messages, oldest first. */
export const lastPushed = (journal: Pick<OpenJournal, "lastOfType" | "head" | "read">, device: string) => ({
  states: lastTold(journal, device, ["STATE_FIRST", "STATE_CHANGED"]),
  frames: lastFrames(journal, device),
});

function lastTold(journal: Pick<OpenJournal, "lastOfType">, device: string, codes: readonly string[]): Settings {
  const events = codes
    .map((code) => journal.lastOfType("event", device, code))
    .filter((entry) => entry !== undefined)
    .sort((a, b) => b.seq - a.seq);
  const read = events[0] && readEntry(events[0].bytes);
  return read?.ok && read.value.type === "event" ? settingsOf(read.value) : {};
}

/** Entries that are looked through for the messages of a logger: what it was not told to forget is near the end. */
const lookedThrough = 1024;

function lastFrames(journal: Pick<OpenJournal, "head" | "read">, device: string): readonly Buffer[] {
  const { size } = journal.head();
  return journal.read(Math.max(0, size - lookedThrough), size).flatMap(({ bytes }) => {
    const entry = readEntry(bytes);
    if (!entry.ok || entry.value.type !== "frame" || entry.value.dev !== device) return [];
    return entry.value.raw.filter((reply) => reply !== "").map((reply) => Buffer.from(reply, "base64"));
  });
}
