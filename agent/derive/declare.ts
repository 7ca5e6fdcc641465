import type { Derived, Site } from "../../config/site.ts";
import type { Level } from "../../feed/derive/calibration/checks.ts";
import type { Watched } from "../../feed/derive/calibration/watch.ts";
import type { Calibration, ConfigBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";

/** The configuration entry that says what is derived and how: of the whole site, not of one device. */
export function derivedConfig(
  { sha256 }: Pick<Site, "sha256">,
  { channels, offset, checks }: Pick<Derived, "channels" | "offset" | "checks">,
  before: ConfigBody | undefined,
  wall: Millis,
): ConfigBody {
  return {
    type: "config",
    t: isoTime(wall),
    points: Object.fromEntries(channels.map(({ id, unit, places, how }) => [id, [unit, how.formula, "1", places]])),
    derive: Object.fromEntries(channels.map(({ id, how }) => [id, how])),
    east: offset / 60_000,
    sha256,
    by: "site",
    why: before === undefined ? "first" : "changed",
    ...(checks.length > 0 && {
      calibrate: Object.fromEntries(
        checks.map((one) => [
          one.channel,
          calibrationOf(one, before?.calibrate?.[one.channel]?.timer?.since ?? isoTime(wall)),
        ]),
      ),
    }),
  };
}

function calibrationOf({ recognition, judging, timer }: Watched, since: string): Calibration {
  const { named, samples, spread } = recognition;
  const level = (point: Level["point"]) => {
    const [reason, { reference } = {}] = Object.entries(named).find(([, level]) => level.point === point) ?? [];
    return reason === undefined || reference === undefined ? {} : { [point]: [reason, reference] as const };
  };
  return {
    ...judging,
    ...level("zero"),
    ...level("span"),
    samples,
    spread,
    ...(timer && { timer: { ...timer, since } }),
  };
}

/** Whether two such entries declare the same, in whatever order it is written. */
export const sameDeclaration = (a: ConfigBody, b: ConfigBody): boolean =>
  JSON.stringify(essence(a)) === JSON.stringify(essence(b));

const essence = ({ points, derive = {}, east, calibrate = {} }: ConfigBody) => [
  sorted(points),
  sorted(derive),
  east,
  sorted(Object.fromEntries(Object.entries(calibrate).map(([channel, how]) => [channel, withoutSince(how)]))),
];

const withoutSince = ({ timer, ...how }: Calibration) => [how, timer && { ...timer, since: "" }];

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([name, member]) => [name, sorted(member)]);
}
