/**
 * The check of HJ 212 (HJ 212-2017, Annex A; the same in 2005 and 2025). It is not that of Modbus: the register is moved down by a
 * byte before each byte is taken in, so only its upper half goes on. There are but 256 values, and one corrupted frame in 256 passes:
 * what is read from a frame with a right check must still be held to the grammar.
 */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >> 1) ^ 0xa001 : register >> 1;
  return register;
});

/** Check of the DATA of a frame, 0 to 0xffff; on the wire as four hexadecimal digits, the high byte first. */
export function hj212Crc(data: Uint8Array): number {
  let register = 0xffff;
  for (const byte of data) register = table[(register >> 8) ^ byte] as number;
  return register;
}

export const hj212CrcText = (data: Uint8Array): string => hj212Crc(data).toString(16).toUpperCase().padStart(4, "0");
