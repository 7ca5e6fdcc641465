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
const headerBytes = 8;

export interface Named {
  readonly what: string;
  readonly text: string;
}

/** The objects in a reply (unit id and PDU) to function 43/14. Text only: what is not printable is shown in hexadecimal. */
export function readIdentity(reply: Buffer): readonly Named[] {
  const named: Named[] = [];
  for (let at = headerBytes; at + 2 <= reply.length; ) {
    const [id = 0, length = 0] = reply.subarray(at, at + 2);
    const text = printable(reply.subarray(at + 2, at + 2 + length));
    if (text !== "") named.push({ what: objects[id] ?? `object ${id}`, text });
    at += 2 + length;
  }
  return named;
}

/** What a device says to function 17: bytes in a form of its maker's, often text with a status byte at its end. */
export function readServerId(reply: Buffer): readonly Named[] {
  const text = printable(reply.subarray(3));
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
