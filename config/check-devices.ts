import type { Problem, Reporter } from "../drivers/problem.ts";
import type { Profile } from "../drivers/profile.ts";
import { units } from "../drivers/units.ts";
import { nearest } from "../feed/yaml/nearest.ts";
import { checkAddress } from "./check-address.ts";
import { checkChannels } from "./check-channels.ts";
import type { Loose } from "./loose.ts";
import { group, list, text, twins } from "./loose.ts";

/** The profiles there are; of the broken ones their own problems are told. */
export interface Profiles {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly broken: readonly string[];
}

/** What no single device can know: its line, its neighbours on it, and what its profile has. */
export function checkDevices(
  devices: readonly Loose[],
  lines: readonly Loose[],
  { profiles, broken }: Profiles,
  report: Reporter,
): Problem[] {
  const lineIds = lines.map(({ id }) => text(id)).filter((id) => id !== undefined);
  const nameOf = (index: number): string => text(devices[index]?.id) ?? `devices[${index}]`;
  return [
    ...twins(devices, ({ id }) => text(id)).map(({ index }) =>
      report(
        "E_CONFIG_DUPLICATE",
        ["devices", index, "id"],
        `${nameOf(index)} is the id of two devices`,
        "an id of its own",
      ),
    ),
    ...(["unit", "address", "mn"] as const).flatMap((key) =>
      twins(devices, (device) =>
        text(device.line) && device[key] !== undefined ? `${device.line} ${device[key]}` : undefined,
      ).map(({ index, first }) =>
        report(
          "E_CONFIG_ADDRESS",
          ["devices", index, key],
          `${nameOf(first)} is ${key} ${devices[index]?.[key]} on the line ${devices[index]?.line} already`,
          `the ${key === "unit" ? "unit id" : key} that is set on this device`,
        ),
      ),
    ),
    ...devices.flatMap((device, index) => [
      ...known("E_CONFIG_LINE", text(device.line), lineIds, ["devices", index, "line"], "line", report),
      ...known(
        "E_CONFIG_PROFILE",
        text(device.profile),
        [...profiles.keys(), ...broken],
        ["devices", index, "profile"],
        "profile",
        report,
      ),
      ...checkAddress(
        device,
        lines.find(({ id }) => text(id) !== undefined && id === device.line),
        profiles.get(text(device.profile) ?? ""),
        ["devices", index],
        report,
      ),
      ...checkPoints(device, profiles.get(text(device.profile) ?? ""), ["devices", index], report),
    ]),
    ...checkChannels(devices, profiles, report),
  ];
}

function checkPoints(
  device: Loose,
  profile: Profile | undefined,
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  if (profile === undefined) return [];
  const ids = profile.points.map(({ id }) => id);
  const chosen = list(device.points);
  const point = (id: string | undefined, at: readonly PropertyKey[], part?: "key"): Problem[] =>
    known("E_CONFIG_POINT", id, ids, at, `point in ${profile.id} called`, report, part);
  return [
    ...chosen.flatMap((id, i) => point(text(id), [...path, "points", i])),
    ...twins(chosen, text).map(({ index }) =>
      report("E_CONFIG_DUPLICATE", [...path, "points", index], `${chosen[index]} stands here twice`, "each point once"),
    ),
    ...Object.entries(group(device.engineering)).flatMap(([id, override]) => {
      const at = [...path, "engineering", id];
      if (!ids.includes(id)) return point(id, at, "key");
      return [
        ...engineered(profile, id, chosen, at, report),
        ...known("E_CONFIG_UNIT", text(group(override).unit), units, [...at, "unit"], "unit of measure", report),
      ];
    }),
  ];
}

function engineered(
  profile: Profile,
  id: string,
  chosen: readonly unknown[],
  at: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  if (profile.points.find((point) => point.id === id)?.engineering !== "site") {
    const message = `${id} is scaled by the profile ${profile.id}, not by the site`;
    return [
      report("E_CONFIG_ENGINEERING", at, message, "nothing here; another device model is another profile", "key"),
    ];
  }
  if (chosen.length === 0 || chosen.includes(id)) return [];
  return [
    report(
      "E_CONFIG_ENGINEERING",
      at,
      `${id} is not among \`points\``,
      `${id} in \`points\` too, or nothing here`,
      "key",
    ),
  ];
}

function known(
  code: "E_CONFIG_LINE" | "E_CONFIG_PROFILE" | "E_CONFIG_POINT" | "E_CONFIG_UNIT",
  value: string | undefined,
  choices: readonly string[],
  path: readonly PropertyKey[],
  what: string,
  report: Reporter,
  part: "key" | "value" = "value",
): Problem[] {
  if (value === undefined || choices.includes(value)) return [];
  const near = nearest(value, choices);
  const all = choices.length <= mostChoices || near === undefined ? `one of ${choices.join(", ")}` : undefined;
  const instead = near && all ? `${near}, or ${all}` : (near ?? all ?? "");
  return [report(code, path, `there is no ${what} ${JSON.stringify(value)}`, instead, part)];
}

/** A longer list is only printed where nothing in it is close. */
const mostChoices = 20;
