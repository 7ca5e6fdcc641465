/** CRC-16 of Modbus over serial line V1.02, 6.2.2: polynomial 0xA001 reflected, start 0xFFFF; transmitted low byte first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
