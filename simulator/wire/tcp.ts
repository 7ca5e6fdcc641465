import { createServer, type Socket } from "node:net";
import { Fault } from "../../feed/format/faults.ts";
import { converse, type Device } from "./conversation.ts";
import type { GatewayTransport } from "./faults.ts";
import { type LineForm, readerFor } from "./readers.ts";

export interface TcpService {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Devices behind a TCP port, for any number of masters at once: "tcp" is Modbus TCP, the others a serial device server
 * that carries the frames of a serial line.
 * @param port 0 lets the system choose
 * @throws Fault E_SIM_LISTEN
 */
export function serveTcp(
  transport: "tcp" | GatewayTransport,
  devices: readonly Device[],
  host: string,
  port: number,
  form: Omit<LineForm, "transport"> = {},
): Promise<TcpService> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    const conversation = converse({
      devices,
      reader: readerFor({ ...form, transport }),
      absent: transport === "tcp" ? "exception" : "silence",
      write: (bytes) => void (socket.writable && socket.write(bytes)),
      hangUp: () => socket.resetAndDestroy(),
    });
    socket.on("data", conversation.receive);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      conversation.end();
      open.delete(socket);
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(new Fault("E_SIM_LISTEN", `cannot listen on ${host}:${port}`, { cause })));
    server.listen(port, host, () => {
      const address = server.address();
      resolve({ port: typeof address === "object" && address !== null ? address.port : port, close });
    });
  });
}
