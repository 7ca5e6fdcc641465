import type { Problem, Reporter } from "../drivers/problem.ts";
import type { Profile } from "../drivers/profile.ts";
import { channelName } from "./channels.ts";
import type { Loose } from "./loose.ts";
import { group, list, text, twins } from "./loose.ts";

/** Member names of an entry are at most this long. */
const longest = 32;

/** Every channel has a name of its own that fits into an entry. */
export function checkChannels(
  devices: readonly Loose[],
  profiles: ReadonlyMap<string, Profile>,
  report: Reporter,
): Problem[] {
  return devices.flatMap((device, index) => {
    const id = text(device.id);
    const profile = profiles.get(text(device.profile) ?? "");
    if (id === undefined || profile === undefined) return [];
    const overrides = group(device.engineering);
    const chosen = list(device.points);
    const values = profile.points
      .filter((point) => chosen.length === 0 || chosen.includes(point.id))
      .map((point) => ({ id: point.id, as: text(group(overrides[point.id]).as) ?? point.id }));
    // An event tells of settings, and of what a logger says of its states, by channel too.
    const told = [...profile.settings, ...(profile.protocol === "hj212" ? profile.status : [])];
    const points = [...values, ...told.map((point) => ({ id: point.id, as: point.id }))];
    const at = (point: string): PropertyKey[] => {
      if (text(group(overrides[point]).as) !== undefined) return ["devices", index, "engineering", point, "as"];
      return chosen.includes(point) ? ["devices", index, "points", chosen.indexOf(point)] : ["devices", index, "id"];
    };
    const tooLong = points.filter(({ as }) => channelName(id, as).length > longest);
    return [
      ...(tooLong[0] === undefined
        ? []
        : [
            report(
              "E_CONFIG_CHANNEL",
              ["devices", index, "id"],
              `the channel ${channelName(id, tooLong[0].as)} is longer than ${longest} characters`,
              `an id of at most ${longest - 1 - Math.max(...tooLong.map(({ as }) => as.length))} characters`,
            ),
          ]),
      ...twins(points, ({ as }) => as).map(({ index: twin, first }) => {
        const [a, b] = [points[first], points[twin]];
        const later = b && a && b.as !== b.id ? b : a;
        return report(
          "E_CONFIG_CHANNEL",
          at(later?.id ?? ""),
          `${a?.id} and ${b?.id} would both be the channel ${channelName(id, b?.as ?? "")}`,
          "another name after `as`",
        );
      }),
    ];
  });
}
