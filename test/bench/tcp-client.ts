/** Our side of `tcp-reads`, a process of its own: the guarded bus as the agent opens it, read as fast as it goes. */
import { systemClock } from "../../drivers/clock.ts";
import { openBus } from "../../drivers/modbus/bus.ts";

const [port = 0, seconds = 0, registers = 0, connections = 0] = process.argv.slice(2).map(Number);
const request = { functionCode: 3, start: 0, count: registers } as const;
// The compiler of Node needs longer than C's caches to be warm; neither is what is measured.
const warmUntil = performance.now() + 500;
const end = warmUntil + seconds * 1000;

async function reads(id: string): Promise<number> {
  const bus = openBus({ id, transport: "tcp", host: "127.0.0.1", port }, systemClock);
  let count = 0;
  for (let time = performance.now(); time < end; time = performance.now()) {
    const { reply, failure } = await bus.transact({ unit: 1, request });
    const last = reply?.readUInt16BE(reply.length - 2);
    if (failure !== undefined || last !== ((registers - 1) * 7) % 65536)
      throw new Error(`a wrong answer: ${failure?.detail}`);
    if (time >= warmUntil) count += 1;
  }
  await bus.close();
  return count;
}

const counts = await Promise.all(Array.from({ length: connections }, (_, i) => reads(`line-${i}`)));
process.stdout.write(`${Math.round(counts.reduce((sum, count) => sum + count, 0) / seconds)}\n`);
