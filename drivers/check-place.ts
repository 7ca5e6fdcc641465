import type { Problem, Reporter } from "./problem.ts";
import type { DconProfile, Dlt645Profile, Hj212Profile } from "./profile.ts";

type OtherProfile = Dlt645Profile | DconProfile | Hj212Profile;
type Placed<P extends OtherProfile> = P["points"][number] | P["status"][number] | P["settings"][number];

/** Data of one reply, the identifier among them (DL/T 645-2007, 5.1: length of a read). */
const mostData = 200;
/** Digits of an identifier, two to a byte (DL/T 645-2007, 7.1; DL/T 645-1997, 6.2). */
const digitsOf = { "dlt645-2007": 8, "dlt645-1997": 4 } as const;

/** Where a point of a protocol other than Modbus lies: that the protocol has such a place, and that no other point is there already. */
export function checkPlace(
  profile: OtherProfile,
  point: Placed<OtherProfile>,
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  const found = placeProblems(profile, point, path, report);
  const all: readonly Placed<OtherProfile>[] = [...profile.points, ...profile.status, ...profile.settings];
  const first = all.find(({ at, type }) => JSON.stringify(at) === JSON.stringify(point.at) && type === point.type);
  if (first !== point)
    found.push(report("E_CONFIG_DUPLICATE", [...path, "at"], `${first?.id} is read from there too`, "each place once"));
  return found;
}

function placeProblems(
  profile: OtherProfile,
  point: Placed<OtherProfile>,
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  if (profile.protocol === "dcon") return inModule(profile, point as Placed<DconProfile>, path, report);
  return profile.protocol === "hj212" ? [] : inMeter(profile, point as Placed<Dlt645Profile>, path, report);
}

function inMeter(
  { protocol }: Dlt645Profile,
  point: Placed<Dlt645Profile>,
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  const { di, offset } = point.at;
  const digits = digitsOf[protocol];
  if (di.length !== digits) {
    const message = `${di} is no data identifier of ${protocol}`;
    return [report("E_CONFIG_VALUE", [...path, "at"], message, `an identifier of ${digits} hexadecimal digits`)];
  }
  const most = mostData - digits / 2;
  const end = offset + ("length" in point ? point.length : point.type === "bitfield16" ? 2 : 1);
  if (end <= most) return [];
  const message = `the value ends at byte ${end}, a reply has at most ${most}`;
  return [report("E_CONFIG_RANGE", [...path, "at"], message, "a byte within the reply")];
}

function inModule(
  { channels }: DconProfile,
  { at, type }: Placed<DconProfile>,
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  const isChannel = "channel" in at && at.channel !== undefined;
  if (isChannel && at.channel >= channels) {
    const message = `there is no channel ${at.channel} among ${channels}`;
    return [
      report("E_CONFIG_RANGE", [...path, "at"], message, `a channel from 0 to ${channels - 1}, or more channels`),
    ];
  }
  if (isChannel === (type === "decimal")) return [];
  const [message, instead] = isChannel
    ? ["a channel holds a number", "decimal"]
    : ["what a module says of itself is text", "text"];
  return [report("E_CONFIG_VALUE", [...path, "type"], message, instead)];
}
