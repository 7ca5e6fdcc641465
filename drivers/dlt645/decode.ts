/**
 * How the bytes of a value are read: `bcd` decimal digits, `sbcd` the same with the sign in the highest bit (currents, powers,
 * power factor; DL/T 645-2007, Annex A), `uint` binary (status words), `digits` decimal digits kept as text (addresses, numbers),
 * `text` ASCII. All are sent with the lowest byte first.
 */
export const meterTypes = ["bcd", "sbcd", "uint", "digits", "text"] as const;
export type MeterType = (typeof meterTypes)[number];

export interface MeterLayout {
  readonly type: MeterType;
  /** Bytes it has. */
  readonly bytes: number;
}

/** More digits than a double holds exactly are a bigint. */
const exactBytes = 7;

/**
 * Reads one value out of the data of a reply (without the identifier). Numbers are as the digits stand, without their decimal
 * point: where that lies is for the profile's scale to say. Undefined for bytes that mean nothing: too few of them, a digit above 9
 * (all FF where a phase is not there), text that is empty or unprintable.
 */
export function decodeMeter(
  { type, bytes }: MeterLayout,
  data: Buffer,
  offset: number,
): number | bigint | string | undefined {
  if (bytes < 1 || offset + bytes > data.length) return undefined;
  return read[type](Buffer.from(data.subarray(offset, offset + bytes)).reverse());
}

const read: Record<MeterType, (straight: Buffer) => number | bigint | string | undefined> = {
  bcd: (straight) => decimal(straight, false),
  sbcd: signedDecimal,
  uint: (straight) => exact(BigInt(`0x${straight.toString("hex")}`), straight.length),
  digits: (straight) => digitsOf(straight),
  text,
};

const digitsOf = (straight: Buffer): string | undefined => {
  const digits = straight.toString("hex");
  return /^\d+$/.test(digits) ? digits : undefined;
};

function decimal(straight: Buffer, negative: boolean): number | bigint | undefined {
  const digits = digitsOf(straight);
  if (digits === undefined) return undefined;
  return exact(BigInt(digits) * (negative ? -1n : 1n), straight.length);
}

function signedDecimal(straight: Buffer): number | bigint | undefined {
  const highest = straight[0] ?? 0;
  straight[0] = highest & 0x7f;
  return decimal(straight, highest >= 0x80);
}

const exact = (value: bigint, bytes: number): number | bigint => (bytes < exactBytes ? Number(value) : value);

function text(straight: Buffer): string | undefined {
  const trimmed = straight.toString("latin1").replace(/^[\0 ]+|[\0 ]+$/g, "");
  return /^[\x20-\x7e]+$/.test(trimmed) ? trimmed : undefined;
}
