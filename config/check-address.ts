import type { Problem, Reporter } from "../drivers/problem.ts";
import type { Profile } from "../drivers/profile.ts";
import type { AddressKey } from "../drivers/protocol.ts";
import { spokenOn } from "../drivers/protocol.ts";
import { unitId } from "./forms.ts";
import type { Loose } from "./loose.ts";
import { text } from "./loose.ts";

const instead: Readonly<Record<AddressKey, string>> = {
  unit: "unit: the unit id that is set on the device",
  address: 'address: the 12 digits on the meter, in quotes, such as "000012345678"',
  mn: "mn: the number (MN) the logger sends",
};

/** A device is addressed as its line's protocol does, and its profile speaks that protocol. */
export function checkAddress(
  device: Loose,
  line: Loose | undefined,
  profile: Profile | undefined,
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  const transport = text(line?.transport);
  const spoken =
    transport !== undefined && Object.hasOwn(spokenOn, transport) ? spokenOn[transport as "tcp"] : undefined;
  if (spoken === undefined) return [];
  const { addressed, name, protocols } = spoken;
  const found: Problem[] = [];
  if (device[addressed] === undefined)
    found.push(
      report("E_CONFIG_MISSING", path, `a device on a ${name} line has no \`${addressed}\``, instead[addressed]),
    );
  for (const other of ["unit", "address", "mn"] as const)
    if (other !== addressed && device[other] !== undefined)
      found.push(
        report(
          "E_CONFIG_KEY",
          [...path, other],
          `${other} is not how a ${name} line addresses`,
          instead[addressed],
          "key",
        ),
      );
  const unit = unitId.safeParse(device.unit).data;
  const serialModbus = name === "Modbus" && transport !== "tcp" && transport !== "udp";
  if (serialModbus && unit !== undefined && (unit < 1 || unit > 247))
    found.push(report("E_CONFIG_RANGE", [...path, "unit"], `unit is ${unit}`, "a whole number from 1 to 247"));
  if (profile && !protocols.includes(profile.protocol))
    found.push(
      report(
        "E_CONFIG_PROFILE",
        [...path, "profile"],
        `${profile.id} speaks ${profile.protocol} and the line ${line?.id} ${name}`,
        `a profile for ${protocols.join(" or ")}, or another line`,
      ),
    );
  return found;
}
