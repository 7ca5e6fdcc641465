/** CRC-16 of Modbus over serial line V1.02, 6.2.2: polynomial 0xA001 (reflected), start 0xFFFF, low byte sent first. */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

/** CRC of bytes [from, to). */
export function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffff;
  for (let i = from; i < to; i++) crc = (crc >> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return crc;
}

/** Whether bytes [from, to) end in their own CRC. */
export const crcHolds = (bytes: Uint8Array, from: number, to: number): boolean =>
  crc16(bytes, from, to - 2) === ((bytes[to - 2] as number) | ((bytes[to - 1] as number) << 8));
