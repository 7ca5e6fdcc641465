import type { Derived, Site } from "../../config/site.ts";
import type { ConfigBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";

/** The configuration entry that says what is derived and how: of the whole site, not of one device. */
export function derivedConfig({ sha256 }: Site, { channels, offset }: Derived, why: string, wall: Millis): ConfigBody {
  return {
    type: "config",
    t: isoTime(wall),
    points: Object.fromEntries(channels.map(({ id, unit, places, how }) => [id, [unit, how.formula, "1", places]])),
    derive: Object.fromEntries(channels.map(({ id, how }) => [id, how])),
    east: offset / 60_000,
    sha256,
    by: "site",
    why,
  };
}

/** Whether two such entries declare the same, in whatever order it is written. */
export const sameDeclaration = (a: ConfigBody, b: ConfigBody): boolean =>
  JSON.stringify(essence(a)) === JSON.stringify(essence(b));

const essence = ({ points, derive = {}, east }: ConfigBody) => [sorted(points), sorted(derive), east];

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([name, member]) => [name, sorted(member)]);
}
