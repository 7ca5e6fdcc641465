import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { freePort } from "../../support/temporary.ts";

/** What becomes of a message on its way from the broker to a client; "late" is half a second later, after those behind it. */
export type Fate = "pass" | "drop" | "twice" | "late";

const PUBLISH = 3;
const PUBACK = 4;
const frames = (take: (packet: Buffer) => void): ((chunk: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let length = packetLength(rest); length !== undefined && length <= rest.length; length = packetLength(rest)) {
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  };
};

/** MQTT 2.1.4: a byte, a length of 1 to 4 bytes of 7 bits each, and so many bytes. */
function packetLength(bytes: Buffer): number | undefined {
  let length = 0;
  for (let at = 1; at < Math.min(bytes.length, 5); at++) {
    const byte = bytes[at] as number;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) return 1 + at + length;
  }
  return undefined;
}

/** Topic and packet id of a PUBLISH of QoS 1; undefined for any other packet. */
function published(packet: Buffer): { topic: string; id: number } | undefined {
  const first = packet[0] ?? 0;
  if (first >> 4 !== PUBLISH || ((first >> 1) & 3) !== 1) return undefined;
  let at = 1;
  while ((packet[at] ?? 0) >= 0x80) at += 1;
  const length = packet.readUInt16BE(at + 1);
  const topic = packet.subarray(at + 3, at + 3 + length).toString();
  return { topic, id: packet.readUInt16BE(at + 3 + length) };
}

/** A broker that is not to be trusted: a real one, behind whoever decides what becomes of each message to its clients. */
export async function hostileBroker(port: number, fate: (topic: string) => Fate): Promise<string> {
  const own = await freePort();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const broker = connect(port, "127.0.0.1");
    for (const one of [client, broker]) sockets.add(one.on("error", () => {}));
    /** Acknowledgements of the client for what was acknowledged in its name. */
    const swallow = new Map<number, number>();
    const acknowledged = (id: number): void => {
      broker.write(Buffer.from([PUBACK << 4, 2, id >> 8, id & 0xff]));
    };
    const again = (id: number): void => void swallow.set(id, (swallow.get(id) ?? 0) + 1);
    const fromBroker = frames((packet) => {
      const message = published(packet);
      const what = message === undefined ? "pass" : fate(message.topic);
      if (message !== undefined && (what === "drop" || what === "late")) acknowledged(message.id);
      if (message !== undefined && (what === "twice" || what === "late")) again(message.id);
      if (what === "pass" || what === "twice") client.write(packet);
      if (what === "twice") client.write(packet);
      if (what !== "late") return;
      const held = Buffer.from(packet);
      setTimeout(() => client.writable && client.write(held), 500);
    });
    const fromClient = frames((packet) => {
      const id = (packet[0] ?? 0) >> 4 === PUBACK ? packet.readUInt16BE(2) : 0;
      const many = swallow.get(id) ?? 0;
      if (many === 0) broker.write(packet);
      else swallow.set(id, many - 1);
    });
    broker.on("data", fromBroker).on("close", () => client.destroy());
    client.on("data", fromClient).on("close", () => broker.destroy());
  });
  await new Promise<void>((resolve) => server.listen(own, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `mqtt://127.0.0.1:${own}`;
}
