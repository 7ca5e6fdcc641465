import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Device } from "../../../simulator/wire/conversation.ts";
import { serveTcp } from "../../../simulator/wire/tcp.ts";
import { echoDevice, type Master, master } from "./lines.ts";

async function serve(framing: "tcp" | "rtu-over-tcp", ...devices: Device[]): Promise<() => Promise<Master>> {
  const service = await serveTcp(framing, devices, "127.0.0.1", 0);
  onTestFinished(service.close);
  return () => master(service.port);
}
const hex2 = (n: number): string => n.toString(16).padStart(2, "0");
/** Function 3, one register at `start`. */
const ask = (transaction: number, unit: number, start: number): string =>
  `00${hex2(transaction)}00000006${hex2(unit)}0300${hex2(start)}0001`;
const reply = (transaction: number, unit: number, start: number): string =>
  `00${hex2(transaction)}00000005${hex2(unit)}030200${hex2(start)}`;

test("several masters at once, each gets its own answers", async () => {
  const open = await serve("tcp", echoDevice(1));
  const masters = await Promise.all([open(), open(), open()]);
  for (const [n, m] of masters.entries()) m.send(ask(n, 1, n) + ask(n + 10, 1, n + 10));
  await Promise.all(masters.map((m, n) => m.until(reply(n + 10, 1, n + 10))));
  for (const [n, m] of masters.entries()) expect(m.received()).toBe(reply(n, 1, n) + reply(n + 10, 1, n + 10));
});

test("several units behind one port; one that is not there is answered for by the gateway", async () => {
  const open = await serve("tcp", echoDevice(1), echoDevice(2));
  const m = await open();
  m.send(ask(1, 2, 5) + ask(2, 9, 5) + ask(3, 1, 6));
  await m.until(reply(3, 1, 6));
  expect(m.received()).toBe(`${reply(1, 2, 5)}00020000000309830b${reply(3, 1, 6)}`);
});

test("a silent device answers the next request again, and nothing to the one before", async () => {
  const open = await serve("tcp", echoDevice(1, [{ kind: "silence" }]));
  const m = await open();
  m.send(ask(1, 1, 5) + ask(2, 1, 6));
  await m.until(reply(2, 1, 6));
  expect(m.received()).toBe(reply(2, 1, 6));
});

test("a late reply comes after the reply to the request that followed", async () => {
  const open = await serve("tcp", echoDevice(1, [{ kind: "late", ms: 60 }]));
  const m = await open();
  m.send(ask(1, 1, 5) + ask(2, 1, 6));
  await m.until(reply(1, 1, 5));
  expect(m.received()).toBe(reply(2, 1, 6) + reply(1, 1, 5));
});

test("bytes that come one by one are the whole reply in the end", async () => {
  const open = await serve("tcp", echoDevice(1, [{ kind: "byte-by-byte", ms: 1 }]));
  const m = await open();
  m.send(ask(1, 1, 5));
  await m.until(reply(1, 1, 5));
  expect(m.received()).toBe(reply(1, 1, 5));
});

test("a half-open connection stays open and never answers again, another one does", async () => {
  const open = await serve("tcp", echoDevice(1, [{ kind: "half-open" }]), echoDevice(2));
  const [dead, alive] = [await open(), await open()];
  dead.send(ask(1, 2, 5));
  await dead.until(reply(1, 2, 5));
  dead.send(ask(2, 1, 5) + ask(3, 2, 5));
  dead.send(Buffer.from("not Modbus at all").toString("hex"));
  // The device is in trouble once only: whoever gets an answer from it comes after the one who got none.
  const answered = alive.until(reply(9, 1, 9));
  const again = setInterval(() => alive.send(ask(9, 1, 9)), 20);
  await answered;
  clearInterval(again);
  expect(dead.received()).toBe(reply(1, 2, 5));
  expect(dead.socket.readyState).toBe("open");
});

test("a device that disconnects takes the connection with it; a new one works", async () => {
  const open = await serve("tcp", echoDevice(1, [{ kind: "disconnect" }]));
  const m = await open();
  m.send(ask(1, 1, 5));
  await m.closed;
  expect(m.received()).toBe("");
  const again = await open();
  again.send(ask(2, 1, 6));
  await again.until(reply(2, 1, 6));
});

test("who does not speak Modbus TCP is hung up on", async () => {
  const open = await serve("tcp", echoDevice(1));
  const m = await open();
  m.send(Buffer.from("GET / HTTP/1.1\r\n\r\n").toString("hex"));
  await m.closed;
  expect(m.received()).toBe("");
});

test("RTU frames over TCP: units that are not there keep silent", async () => {
  const open = await serve("rtu-over-tcp", echoDevice(1));
  const m = await open();
  m.send("0903000900015540" + "0103000900015408"); // to unit 9, then to unit 1
  await m.until("01030200097842");
  expect(m.received()).toBe("01030200097842");
});

test("a port that is taken is said so", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  await expect(serveTcp("tcp", [], "127.0.0.1", port)).rejects.toMatchObject({ code: "E_SIM_LISTEN" });
});

test("closing ends the connections and what was still to be sent", async () => {
  const service = await serveTcp("tcp", [echoDevice(1, [{ kind: "late", ms: 30_000 }])], "127.0.0.1", 0);
  const m = await master(service.port);
  m.send(ask(1, 1, 5));
  m.send(ask(2, 1, 6));
  await m.until(reply(2, 1, 6));
  await service.close();
  await m.closed;
});
