import type { Point, Profile } from "../drivers/profile.ts";
import { withMap } from "../drivers/profile.ts";
import type { DeviceFile, Override } from "./site-file.ts";

/** A profile as one device of the site uses it: the chosen points, with what the site says about its inputs. */
export function deviceProfile(profile: Profile, device: Pick<DeviceFile, "points" | "engineering">): Profile {
  const { points: chosen, engineering = {} } = device;
  const kept = profile.points.filter((point) => chosen?.includes(point.id) ?? true);
  const renamed = (id: string): string => engineering[id]?.as ?? id;
  return {
    ...profile,
    points: kept.map((point) => {
      const override = engineering[point.id];
      return override && point.map ? scaled(point, point.map, override) : point;
    }),
    status: profile.status
      .filter((state) => state.points?.some((id) => kept.some((point) => point.id === id)) ?? true)
      .map((state) => (state.points ? { ...state, points: state.points.map(renamed) } : state)),
  };
}

function scaled(point: Point, map: NonNullable<Point["map"]>, override: Override): Point {
  const { as, to, ...rest } = override;
  return withMap({ ...point, ...rest, id: as ?? point.id }, { raw: map.raw, to });
}
