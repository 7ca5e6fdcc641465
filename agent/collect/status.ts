const not = "not ";

/**
 * Whether a status register meets a profile's condition: "1" or any decimal for the whole value, "7-65535" for one from the first to
 * the second, "bit:5" for one bit (0 = least significant), "mask:0x0200" for at least one bit of the mask. "not bit:5" and
 * "not mask:0x0200" are met where no such bit is set: a word of bits that nobody explains is seen by what it lacks.
 */
export function matches(when: string, raw: number | bigint | string): boolean {
  if (typeof raw === "string") return raw === when;
  if (when.startsWith(not)) return !matches(when.slice(not.length), raw);
  const value = Number(raw);
  const [kind, argument] = when.split(":");
  if (kind === "bit") return ((value >>> Number(argument)) & 1) === 1;
  if (kind === "mask") return (value & Number(argument)) !== 0;
  const [from, to = from] = when.split("-");
  return value >= Number(from) && value <= Number(to);
}
