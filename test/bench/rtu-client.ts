/** Our side of `rtu-bus`, a process of its own: the guarded bus as the agent opens it, one read after the other. */
import { systemClock } from "../../drivers/clock.ts";
import { openBus } from "../../drivers/modbus/bus.ts";

const [path = "", ...numbers] = process.argv.slice(2);
const [baud = 0, seconds = 0, registers = 0] = numbers.map(Number);
const request = { functionCode: 3, start: 0, count: registers } as const;
const line = { id: "line", transport: "rtu", path, baud, parity: "none", dataBits: 8, stopBits: 1 } as const;
const bus = openBus(line, systemClock);

// The first waits out whoever used the line before; the line keeps its time from the second on.
const end = performance.now() + seconds * 1000;
let count = 0;
while (performance.now() < end || count < 3) {
  const { reply, failure } = await bus.transact({ unit: 1, request });
  if (failure !== undefined || reply?.readUInt16BE(reply.length - 2) !== ((registers - 1) * 7) % 65_536)
    throw new Error(`a wrong answer: ${failure?.detail}`);
  count += 1;
}
await bus.close();
process.stdout.write(`${count}\n`);
