import { createSocket } from "node:dgram";
import { Fault } from "../../feed/format/faults.ts";
import { type Conversation, converse, type Device } from "./conversation.ts";
import { mbapReader } from "./mbap.ts";
import type { TcpService } from "./tcp.ts";

/** More masters than these are not remembered. */
const mostMasters = 16;

/**
 * Devices behind a UDP port (Modbus UDP: the frames of Modbus TCP, one a datagram), for any number of masters.
 * @param port 0 lets the system choose
 * @throws Fault E_SIM_LISTEN
 */
export function serveUdp(devices: readonly Device[], host: string, port: number): Promise<TcpService> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  const masters = new Map<string, Conversation>();
  let closed = false;
  socket.on("message", (datagram, { address, port: from }) => {
    const name = `${address} ${from}`;
    const known = masters.get(name);
    // A datagram is a frame or none: what is left of one is never the beginning of the next.
    const conversation = converse({
      devices,
      reader: mbapReader(),
      absent: "exception",
      write: (bytes) => void (closed || socket.send(bytes, from, address)),
      hangUp: () => {},
    });
    if (known === undefined && masters.size >= mostMasters) masters.clear();
    masters.set(name, conversation);
    conversation.receive(datagram);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      closed = true;
      for (const conversation of masters.values()) conversation.end();
      socket.close(() => resolve());
    });
  return new Promise((resolve, reject) => {
    socket.once("error", (cause) => reject(new Fault("E_SIM_LISTEN", `cannot listen on ${host}:${port}`, { cause })));
    socket.bind(port, host, () => resolve({ port: socket.address().port, close }));
  });
}
