/** Object ids of Read Device Identification (Modbus Application Protocol V1.1b3, 6.21). */
const objects: Readonly<Record<number, string>> = {
  0: "vendor",
  1: "product",
  2: "revision",
  3: "url",
  4: "name",
  5: "model",
  6: "application",
};

export interface Named {
  readonly what: string;
  readonly text: string;
}

/** The objects of an identification by number. Text only: what is not printable is shown in hexadecimal. */
export const namedObjects = (said: ReadonlyMap<number, Buffer>): readonly Named[] =>
  [...said]
    .map(([id, bytes]) => ({ what: objects[id] ?? `object ${id}`, text: printable(bytes) }))
    .filter(({ text }) => text !== "");

/** What a device says to function 17: bytes in a form of its maker's, often text with a status byte at its end. */
export function namedServer(bytes: Buffer): readonly Named[] {
  const text = printable(bytes);
  return text === "" ? [] : [{ what: "server id", text }];
}

const leastText = 3;

/** The printable part, if there is some; else hexadecimal. */
function printable(bytes: Buffer): string {
  const text = bytes.toString("latin1");
  const longest = (text.match(/[\x20-\x7e]+/g) ?? []).reduce(
    (best, run) => (run.length > best.length ? run : best),
    "",
  );
  return longest.trim().length >= Math.min(leastText, Math.max(1, bytes.length))
    ? longest.trim()
    : bytes.toString("hex");
}
