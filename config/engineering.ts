import type { Point, Profile } from "../drivers/profile.ts";
import { withMap, withPoints } from "../drivers/profile.ts";
import type { DeviceFile, Override } from "./site-file.ts";

/** A profile as one device of the site uses it: the chosen points, with what the site says about its inputs. */
export function deviceProfile(profile: Profile, device: Pick<DeviceFile, "points" | "engineering">): Profile {
  const { points: chosen, engineering = {} } = device;
  const kept = { ...profile, points: profile.points.filter((point) => chosen?.includes(point.id) ?? true) } as Profile;
  const ids = kept.points.map(({ id }) => id);
  const renamed = (id: string): string => engineering[id]?.as ?? id;
  const status = profile.status
    .filter((state) => state.points?.some((id) => ids.includes(id)) ?? true)
    .map((state) => (state.points ? { ...state, points: state.points.map(renamed) } : state));
  const scaledPoints = withPoints(kept, (point) => {
    const override = engineering[point.id];
    return override && point.map ? scaled(point, point.map, override) : point;
  });
  return { ...scaledPoints, status } as Profile;
}

function scaled<P extends Point>(point: P, map: NonNullable<Point["map"]>, override: Override): P {
  const { as, to, ...rest } = override;
  return withMap({ ...point, ...rest, id: as ?? point.id }, { raw: map.raw, to });
}
