import { channels } from "../config/channels.ts";
import type { Device, Site } from "../config/site.ts";
import type { Driver } from "../drivers/driver.ts";
import type { EntryBody } from "../feed/format/entry.ts";
import { isoTime } from "../feed/format/entry.ts";
import type { Millis } from "../feed/format/vocabulary.ts";
import type { Head } from "./keep/journal.ts";

/** The first entry after a start: what was found, so that a restored or cloned disk betrays itself. */
export function bootBody(boot: string, found: Head, witnessed: Head | undefined, wall: Millis): EntryBody {
  return {
    type: "boot",
    t: isoTime(wall),
    boot,
    why: "start",
    clk: ["none", -1],
    head: [found.size, found.root.toString("base64")],
    ...(witnessed && { wit: [witnessed.size, witnessed.root.toString("base64")] as [number, string] }),
  };
}

/** The whole map of one device and the requests of its poll: what is needed to recompute every value from its raw bytes. */
export function configBody(site: Site, device: Device, driver: Driver, why: string, wall: Millis): EntryBody {
  return {
    type: "config",
    t: isoTime(wall),
    dev: device.id,
    profile: device.profile.id,
    points: channels(device),
    reads: driver.reads.map(({ functionCode, start, count }) => [device.unit, functionCode, start, count]),
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
