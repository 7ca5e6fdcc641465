/** Annex A of HJ 212-2017, step by step as it is written there: high byte down, exclusive or with the byte, eight shifts. */
export function check(text: Uint8Array): string {
  let register = 0xffff;
  for (const byte of text) {
    register = (register >> 8) ^ byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const low = register & 1;
      register >>= 1;
      if (low === 1) register ^= 0xa001;
    }
  }
  return register.toString(16).padStart(4, "0").toUpperCase();
}

export function packet(data: string): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([
    Buffer.from(`##${`${bytes.length}`.padStart(4, "0")}`),
    bytes,
    Buffer.from(`${check(bytes)}\r\n`),
  ]);
}
