/** A byte of the address that stands for any two digits (DL/T 645-2007, 5.2.2: shortened addressing). */
const any = 0xaa;
const addressBytes = 6;

/**
 * Why this is no address a question may go to, or undefined. Twelve digits, as they are on the meter's plate; digits from the left
 * may be replaced by pairs of A, and only from the left. 999999999999 is broadcast, which nobody answers.
 */
export function addressProblem(address: string): string | undefined {
  if (!/^(AA)*(\d\d)*$/.test(address) || address.length !== 2 * addressBytes)
    return `${address} is not a meter address: 12 digits, the first pairs of which may be AA`;
  return address === "9".repeat(12) ? `${address} is the broadcast address` : undefined;
}

/** The six bytes as they are sent, the lowest digits first. */
export const addressOnWire = (address: string): Buffer => Buffer.from(address, "hex").reverse();

/** The address in six bytes of a frame; hexadecimal digits where a byte is no BCD. */
export const addressFrom = (bytes: Buffer): string => Buffer.from(bytes).reverse().toString("hex").toUpperCase();

/** Whether a reply from `from` may answer a question to `to`. */
export const answersFor = (to: string, from: string): boolean => {
  const [asked, said] = [Buffer.from(to, "hex"), Buffer.from(from, "hex")];
  return asked.every((byte, i) => byte === any || byte === said[i]);
};

/** Whether one meter could be meant by both. */
export const mayBeSame = (one: string, other: string): boolean => answersFor(one, other) || answersFor(other, one);
