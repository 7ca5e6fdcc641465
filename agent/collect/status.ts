/**
 * Whether a status register meets a profile's condition: "1" or any decimal for the whole value, "bit:5" for one bit
 * (0 = least significant), "mask:0x0200" for at least one bit of the mask.
 */
export function matches(when: string, raw: number | bigint | string): boolean {
  if (typeof raw === "string") return raw === when;
  const value = Number(raw);
  const [kind, argument] = when.split(":");
  if (kind === "bit") return ((value >>> Number(argument)) & 1) === 1;
  if (kind === "mask") return (value & Number(argument)) !== 0;
  return value === Number(when);
}
