import type { Problem, Reporter } from "./problem.ts";
import type { StatusPoint } from "./profile.ts";

/** Bits of a status of which all states are known; what a logger or a channel sends as text has no such end. */
const bitsOf: Readonly<Partial<Record<StatusPoint["type"], number>>> = {
  bit: 1,
  bitfield8: 8,
  bitfield16: 16,
  uint16: 16,
};

/** That some state of the status meets a condition, and another does not: a flag that never comes looks like a good device. */
export function checkWhen(
  type: StatusPoint["type"],
  when: string,
  path: readonly PropertyKey[],
  report: Reporter,
): Problem[] {
  const bits = bitsOf[type];
  const [kind, argument] = when.replace(/^not /, "").split(":");
  if (argument === undefined) {
    const [from, to = from] = when.split("-").map(Number);
    if (Number(from) > Number(to))
      return [report("E_CONFIG_VALUE", path, `"${when}" ends before it begins`, "the lower number first")];
    if (type === "bit" && !/^[01]$/.test(when)) return [ofAnotherType(type, when, path, report)];
    if (bits !== undefined && Number(from) >= 2 ** bits)
      return [report("E_CONFIG_RANGE", path, `a ${type} is never ${when}`, `at most ${2 ** bits - 1}`)];
    return [];
  }
  if (bits === undefined || !type.startsWith("bitfield")) return [ofAnotherType(type, when, path, report)];
  if (kind === "bit" && Number(argument) >= bits)
    return [report("E_CONFIG_RANGE", path, `a ${type} has no bit ${argument}`, `bit:0 to bit:${bits - 1}`)];
  if (kind === "mask" && Number(argument) % 2 ** bits === 0)
    return [report("E_CONFIG_RANGE", path, `a ${type} has no bit of ${argument}`, `a mask with one of ${bits} bits`)];
  return [];
}

const ofAnotherType = (type: string, when: string, path: readonly PropertyKey[], report: Reporter): Problem =>
  report(
    "E_CONFIG_VALUE",
    path,
    `a ${type} is never "${when}"`,
    '"1" or "0" for a bit, a number or "7-65535" for uint16 or decimal, "bit:5" or "not mask:0x0200" for a bitfield',
  );
