import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What an MQTT packet is to this broker: its type (4 high bits) and what follows the length. */
interface Packet {
  readonly type: number;
  readonly body: Buffer;
}

export interface FakeBroker {
  readonly url: string;
  /** Packets that came, by connection. */
  readonly connections: { readonly socket: Socket; readonly packets: Packet[] }[];
  /** Ids of the QoS 1 publishes not yet answered, in order. */
  readonly held: number[];
  /** Answers the oldest held publish with a reason code. */
  puback(reason?: number): void;
}

/** A broker of our own for what no real one does on demand: CONNACK properties, answers held back, reason codes. MQTT 5. */
export async function fakeBroker(connack: (attempt: number) => Buffer | "silence"): Promise<FakeBroker> {
  const connections: FakeBroker["connections"] = [];
  const held: number[] = [];
  const server = createServer((socket) => {
    const connection = { socket, packets: [] as Packet[] };
    connections.push(connection);
    let bytes: Buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let taken = takePacket(bytes); taken; taken = takePacket(bytes)) {
        bytes = taken.rest;
        connection.packets.push(taken.packet);
        answer(socket, taken.packet, connections.length);
      }
    });
  });
  const answer = (socket: Socket, { type, body }: Packet, attempt: number): void => {
    const reply = type === 1 ? connack(attempt) : undefined;
    if (reply instanceof Buffer) socket.write(reply);
    if (type === 3) held.push(body.readUInt16BE(2 + body.readUInt16BE(0)));
    if (type === 12) socket.write(Buffer.from([0xd0, 0]));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const { socket } of connections) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    connections,
    held,
    puback: (reason = 0) => {
      const id = held.shift() ?? 0;
      connections.at(-1)?.socket.write(Buffer.from([0x40, 4, id >> 8, id & 255, reason, 0]));
    },
  };
}

/** CONNACK of MQTT 5 with a reason code and encoded properties. */
export const connackPacket = (reason: number, properties: readonly number[] = []): Buffer =>
  Buffer.from([0x20, 3 + properties.length, 0, reason, properties.length, ...properties]);

function takePacket(bytes: Buffer): { packet: Packet; rest: Buffer } | undefined {
  let length = 0;
  for (let i = 1; i < Math.min(bytes.length, 5); i++) {
    const byte = bytes[i] ?? 0;
    length += (byte & 127) * 128 ** (i - 1);
    if (byte & 128) continue;
    if (bytes.length < i + 1 + length) return undefined;
    const packet = { type: (bytes[0] ?? 0) >> 4, body: bytes.subarray(i + 1, i + 1 + length) };
    return { packet, rest: bytes.subarray(i + 1 + length) };
  }
  return undefined;
}
