import { nearest } from "../feed/yaml/nearest.ts";
import { checkPlace } from "./check-place.ts";
import { checkWhen } from "./check-when.ts";
import type { Problem, Reporter } from "./problem.ts";
import type {
  IdentityPlace,
  ModbusPoint,
  ModbusProfile,
  ModbusSetting,
  ModbusStatus,
  Point,
  Profile,
  Setting,
  StatusPoint,
} from "./profile.ts";
import { identityPlaces, isIdentity, isInRegister, tables, widthOf } from "./profile.ts";
import { units } from "./units.ts";

/** What the schema cannot say: that the parts of a profile fit each other and the 65,536 addresses there are. */
export function checkProfile(profile: Profile, report: Reporter): Problem[] {
  const { points, status, settings } = profile;
  const all = [...points, ...status, ...settings];
  const each = (list: "points" | "status" | "settings", point: (typeof all)[number], index: number): Problem[] => {
    const path = [list, index];
    const found =
      profile.protocol === "modbus"
        ? placement(profile, point as ModbusPoint, path, report)
        : checkPlace(profile, point as Parameters<typeof checkPlace>[1], path, report);
    if (all.find(({ id }) => id === point.id) !== point)
      found.push(report("E_CONFIG_DUPLICATE", [...path, "id"], `${point.id} is the id of another point`, "another id"));
    return found;
  };
  return [
    ...(profile.protocol === "modbus" ? requestNames(profile, report) : []),
    ...points.flatMap((point, i) => [
      ...each("points", point, i),
      ...form(point, ["points", i], report),
      ...valuePoint(point, ["points", i], report),
    ]),
    ...status.flatMap((point, i) => [...each("status", point, i), ...statusPoint(profile, point, i, report)]),
    ...settings.flatMap((point, i) => [...each("settings", point, i), ...form(point, ["settings", i], report)]),
  ];
}

function placement(
  profile: ModbusProfile,
  point: ModbusPoint | ModbusStatus | ModbusSetting,
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  if (isIdentity(point)) return inIdentity(point, path, report);
  if (!isInRegister(point)) return inOwnReply(profile, point, path, report);
  const found: Problem[] = [];
  const { table, address } = point.at;
  const width = widthOf(point);
  const bits = table === "coil" || table === "discrete";
  if (bits !== (point.type === "bit"))
    found.push(
      report(
        "E_CONFIG_VALUE",
        [...path, "type"],
        `${table} cannot hold ${point.type}`,
        "bit for coil and discrete only",
      ),
    );
  if ((point.type === "string") !== "length" in point)
    found.push(
      report("E_CONFIG_VALUE", path, `${point.id}: length is for strings`, "length for a string, and only there"),
    );
  if (address + width > 65536)
    found.push(
      report(
        "E_CONFIG_REGISTER",
        [...path, "at"],
        `the value ends at ${address + width - 1}, above 65535`,
        `at most ${table}:${65536 - width}`,
      ),
    );
  if (!bits && width > profile.limits.maxRegisters)
    found.push(
      report(
        "E_CONFIG_RANGE",
        path,
        `${point.id} is ${width} registers wide, more than one request may ask for`,
        `at most ${profile.limits.maxRegisters} registers, or another limits.maxRegisters`,
      ),
    );
  return found;
}

const placeNames = [...Object.keys(tables), ...identityPlaces];

/** A request with the name of another place could never be meant by `at`. */
const requestNames = ({ requests }: ModbusProfile, report: Reporter): Problem[] =>
  requests.flatMap(({ id }, i) =>
    placeNames.includes(id)
      ? [report("E_CONFIG_VALUE", ["requests", i, "id"], `${id} is the name of another place`, "another id")]
      : [],
  );

/** The last object, and the last byte of a server id that a reply can hold. */
const lastOf = { object: 255, "server-id": 250 } as const;

/** What a device says of itself is text, and no measurement. */
function inIdentity(
  point: (ModbusPoint | ModbusStatus | ModbusSetting) & { readonly at: IdentityPlace },
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  const { identity, number } = point.at;
  const at = [...path, "at"];
  if (path[0] !== "settings")
    return [report("E_CONFIG_VALUE", at, `${identity} is for settings`, "a register or a request")];
  const found: Problem[] = [];
  if (point.type !== "string")
    found.push(report("E_CONFIG_VALUE", [...path, "type"], "what a device says of itself is text", "string"));
  if ("length" in point)
    found.push(report("E_CONFIG_VALUE", path, `${point.id}: it ends where the reply says`, "no length"));
  if (number > lastOf[identity])
    found.push(report("E_CONFIG_RANGE", at, `there is no ${identity}:${number}`, `0 to ${lastOf[identity]}`));
  return found;
}

/** A point of a maker's own function lies in the reply to one of the profile's `requests`. */
function inOwnReply(
  { requests }: ModbusProfile,
  point: ModbusPoint | ModbusStatus | ModbusSetting,
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  const { request, offset } = point.at as { request: string; offset: number };
  const own = requests.find(({ id }) => id === request);
  const known = [...placeNames, ...requests.map(({ id }) => id)];
  if (own === undefined)
    return [
      report(
        "E_CONFIG_VALUE",
        [...path, "at"],
        `there is no table or request ${request}`,
        `one of ${known.join(", ")}`,
      ),
    ];
  const end = offset + (point.type === "bit" ? 1 : 2 * widthOf(point));
  if (end <= own.reply) return [];
  return [
    report(
      "E_CONFIG_RANGE",
      [...path, "at"],
      `the value ends at byte ${end} of ${own.reply}`,
      "a byte within the reply",
    ),
  ];
}

/** What a value and a setting have in common. */
function form(point: Point | Setting, path: readonly PropertyKey[], report: Reporter): Problem[] {
  const found: Problem[] = [];
  const isText = point.type === "string" || point.type === "text";
  if (!isText && !(units as readonly string[]).includes(point.unit)) {
    const instead = nearest(point.unit, units) ?? "a unit of the table in drivers/units.ts";
    found.push(
      report("E_CONFIG_UNIT", [...path, "unit"], `there is no unit of measure ${JSON.stringify(point.unit)}`, instead),
    );
  }
  if (!isText && point.sentinels.some((text) => text !== "NaN" && Number.isNaN(Number(text))))
    found.push(
      report("E_CONFIG_VALUE", [...path, "sentinels"], "a sentinel is not a number", "numbers, NaN or Infinity"),
    );
  return found;
}

function valuePoint(point: Point, path: readonly PropertyKey[], report: Reporter): Problem[] {
  const found: Problem[] = [];
  if (point.map && point.scale !== "1")
    found.push(report("E_CONFIG_VALUE", path, `${point.id} has both scale and map`, "one of them"));
  if (point.map && Number(point.map.raw[0]) === Number(point.map.raw[1]))
    found.push(report("E_CONFIG_VALUE", [...path, "map"], "the raw range is empty", "two different raw numbers"));
  if (point.engineering && !point.map)
    found.push(
      report("E_CONFIG_MISSING", path, `${point.id} has no map for the site to fill`, "map, with the raw range"),
    );
  for (const key of ["range", "rawRange"] as const)
    if (point[key] && Number(point[key][0]) > Number(point[key][1]))
      found.push(report("E_CONFIG_VALUE", [...path, key], `${key} ends before it begins`, "the lower number first"));
  return found;
}

function statusPoint(profile: Profile, point: StatusPoint, index: number, report: Reporter): Problem[] {
  const found = point.flags.flatMap(({ when }, i) =>
    checkWhen(point.type, when, ["status", index, "flags", i, "when"], report),
  );
  for (const [i, id] of (point.points ?? []).entries())
    if (!profile.points.some((value) => value.id === id))
      found.push(
        report(
          "E_CONFIG_POINT",
          ["status", index, "points", i],
          `there is no point ${id}`,
          "the id of one of `points`",
        ),
      );
  return found;
}
