/** Modbus TCP reads a second: our bus with all its guards against libmodbus in C, both at a libmodbus server. */
import type { Bench } from "./result.ts";
import { beside, compile, demand, during, pinned, rateOf, startPinned, withFolder } from "./tools.ts";

const cases = [
  { connections: 1, bar: 0.55 },
  { connections: 10, bar: 0.45 },
] as const;

export const tcpReads: Bench = async ({ seconds }, measure) => {
  demand("gcc", "libmodbus");
  await withFolder(async (folder) => {
    const client = await compile("modbus-client", folder);
    const server = startPinned("server", await compile("modbus-server", folder), []);
    await during(server, async () => {
      const [, port = ""] = await server.line(/port (\d+)/);
      for (const { connections, bar } of cases) {
        const load = [port, String(seconds), "100", String(connections)];
        const side = (command: string, args: readonly string[]) => () => rateOf(...pinned("client", command, args));
        await measure({
          case: `100 registers, ${connections} connection${connections === 1 ? "" : "s"}`,
          unit: "reads/s",
          bar,
          ours: side(process.execPath, [beside("tcp-client.js"), ...load]),
          other: side(client, load),
        });
      }
    });
  });
};
