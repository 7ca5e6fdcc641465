/** The other side of `drain`, a process of its own: MQTT.js from memory at QoS 1, one entry a message, 100 in flight. */
import { connectAsync } from "mqtt";
import { makeEntry, noPrev } from "../../feed/format/entry.ts";
import { frames } from "./frames.ts";

const [port = 0, seconds = 0, readings = 0] = process.argv.slice(2).map(Number);
const salt = Buffer.alloc(12);
const payloads = frames(1000, readings).map((body, i) => makeEntry(body, i, noPrev, salt).bytes);
const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5, reconnectPeriod: 0 });

const warmUntil = performance.now() + 500;
const end = warmUntil + seconds * 1000;
let sent = 0;
let acknowledged = 0;

async function publisher(): Promise<void> {
  for (let now = performance.now(); now < end; now = performance.now()) {
    await client.publishAsync("bench/fill", payloads[sent++ % payloads.length] ?? "", { qos: 1 });
    if (now >= warmUntil) acknowledged += 1;
  }
}

await Promise.all(Array.from({ length: 100 }, publisher));
await client.endAsync();
process.stdout.write(`${Math.round((acknowledged * readings) / seconds)}\n`);
