import { once } from "node:events";
import { symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { endpointsOf, type Hold, holdLine, socketName } from "../../../drivers/line/hold.ts";
import type { LineSettings } from "../../../drivers/line/settings.ts";
import { freePort, tempDir } from "../../support/temporary.ts";

const serial = (path: string): LineSettings => ({
  id: "stack",
  transport: "rtu",
  path,
  baud: 9600,
  parity: "none",
  dataBits: 8,
  stopBits: 1,
});
const tcp = (host: string, port: number, id = "analyzer"): LineSettings => ({ id, transport: "tcp", host, port });
const me = { pid: process.pid, program: "cems-agent run", config: "/plant/site.yaml", devices: ["cems", "flow"] };

const isHold = (hold: Awaited<ReturnType<typeof holdLine>>): hold is Hold => "release" in hold;
async function held(line: LineSettings): Promise<Hold> {
  const hold = await holdLine(line, me);
  if (!isHold(hold)) throw new Error("held by somebody else");
  onTestFinished(hold.release);
  return hold;
}

test("a port is one line under each of its names, and a host whatever its letters and what is spoken there", () => {
  const dir = tempDir();
  const [device, link] = [join(dir, "ttyUSB0"), join(dir, "by-id")];
  writeFileSync(device, "");
  symlinkSync(device, link);
  expect(endpointsOf(serial(device))).toEqual([`serial:${device}`]);
  expect(endpointsOf(serial(link))).toEqual([`serial:${link}`, `serial:${device}`]);
  expect(endpointsOf(serial(join(dir, "unplugged")))).toEqual([`serial:${join(dir, "unplugged")}`]);
  expect(endpointsOf(tcp("Gateway.local", 502))).toEqual(["net:gateway.local:502"]);
  expect(endpointsOf({ ...tcp("GATEWAY.local", 502), transport: "udp" } as LineSettings)).toEqual([
    "net:gateway.local:502",
  ]);
  const logger = { id: "l", transport: "hj212-listen", host: "0.0.0.0", port: 9000, acknowledge: true } as const;
  expect(endpointsOf(logger)).toEqual(["listen:0.0.0.0:9000"]);
});

test("a name fits into a socket address, however long the endpoint is", () => {
  for (const length of [10, 89, 90, 91, 92, 93, 300]) {
    const name = socketName("x".repeat(length));
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(108);
    expect(name.startsWith("\0cems-agent/line/")).toBe(true);
  }
  expect(socketName("x".repeat(300))).not.toBe(socketName(`${"x".repeat(299)}y`));
});

test("whoever comes second is told who holds the line, and may have it when it is released", async () => {
  const port = await freePort();
  const first = await held(tcp("127.0.0.1", port));
  expect(await holdLine(tcp("127.0.0.1", port, "other"), { ...me, program: "cems-agent scan" })).toEqual({
    heldBy: { ...me, line: "analyzer" },
  });
  await held(tcp("127.0.0.1", await freePort()));
  await first.release();
  await held(tcp("127.0.0.1", port));
});

test("a port is held under both its names, and neither is kept when the other is taken", async () => {
  const dir = tempDir();
  const [device, link] = [join(dir, "ttyUSB0"), join(dir, "by-id")];
  writeFileSync(device, "");
  symlinkSync(device, link);
  const first = await held(serial(device));
  expect(await holdLine(serial(link), me)).toMatchObject({ heldBy: { pid: process.pid } });
  await first.release();
  await held(serial(link));
  expect(await holdLine(serial(device), me)).toMatchObject({ heldBy: { line: "stack" } });
});

test.each([["nonsense\n"], ['{"pid":"x"}\n'], [""], ["null"], ["x".repeat(100_000)]])(
  "a holder that says %j is a holder without a name",
  async (word) => {
    const line = tcp("127.0.0.1", await freePort());
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.end(word);
    });
    await new Promise<void>((resolve) => server.listen({ path: socketName(endpointsOf(line)[0] ?? "") }, resolve));
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    expect(await holdLine(line, me)).toEqual({ heldBy: undefined });
  },
);

test("who connects and never goes away does not keep the holder from letting go", async () => {
  const line = tcp("127.0.0.1", await freePort());
  const hold = await holdLine(line, me);
  if (!isHold(hold)) throw new Error("held by somebody else");
  const [endpoint = ""] = endpointsOf(line);
  const stranger = connect({ path: socketName(endpoint), allowHalfOpen: true });
  onTestFinished(() => void stranger.destroy());
  await once(stranger, "connect");
  await hold.release();
  expect(isHold(await holdLine(line, me))).toBe(true);
});
