import { realpathSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { Aedes } from "aedes";
import { whenStarterEnds } from "../feed/command.ts";
import { Fault } from "../feed/format/faults.ts";

/** An MQTT broker inside a process of its own, for the demo on a machine that has none. It keeps nothing and asks nobody's name. */
export interface Broker {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * @param port on 127.0.0.1; 0: the system chooses
 * @throws Fault E_SIM_LISTEN
 */
export async function startBroker(port: number): Promise<Broker> {
  const broker = await Aedes.createBroker();
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    broker.handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(new Fault("E_SIM_LISTEN", `cannot listen on port ${port}`, { cause })));
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => broker.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

if (process.argv[1] !== undefined && import.meta.filename === realpathSync(process.argv[1])) {
  const { values } = parseArgs({ options: { port: { type: "string", default: "1883" } } });
  const broker = await startBroker(Number(values.port));
  process.stdout.write(`${JSON.stringify({ port: broker.port })}\n`);
  const end = (): void => void broker.close().then(() => process.exit(0));
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, end);
  whenStarterEnds(end);
}
