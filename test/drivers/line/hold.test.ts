import { once } from "node:events";
import { symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join, relative } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { holdLines } from "../../../agent/holding.ts";
import { systemClock } from "../../../drivers/clock.ts";
import { endpointsOf } from "../../../drivers/line/endpoints.ts";
import { type Hold, holdLine as holdNamed, socketName } from "../../../drivers/line/hold.ts";
import type { LineSettings } from "../../../drivers/line/settings.ts";
import { openBus } from "../../../drivers/modbus/bus.ts";
import { freePort, tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";
import { answerAll, startSlave } from "../modbus/slave.ts";

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

const holdLine = async (line: LineSettings, info: Parameters<typeof holdNamed>[1]) =>
  holdNamed(line, info, await endpointsOf(line));
const isHold = (hold: Awaited<ReturnType<typeof holdLine>>): hold is Hold => "release" in hold;
async function held(line: LineSettings): Promise<Hold> {
  const hold = await holdLine(line, me);
  if (!isHold(hold)) throw new Error("held by somebody else");
  onTestFinished(hold.release);
  return hold;
}

test("a port is one line under each of its names, and a host whatever its letters and what is spoken there", async () => {
  const dir = tempDir();
  const [device, link] = [join(dir, "ttyUSB0"), join(dir, "by-id")];
  writeFileSync(device, "");
  symlinkSync(device, link);
  expect(await endpointsOf(serial(device))).toEqual([`serial:${device}`]);
  expect(await endpointsOf(serial(link))).toEqual([`serial:${link}`, `serial:${device}`]);
  expect(await endpointsOf(serial(join(dir, "unplugged")))).toEqual([`serial:${join(dir, "unplugged")}`]);
  const logger = { id: "l", transport: "hj212-listen", host: "0.0.0.0", port: 9000, acknowledge: true } as const;
  expect(await endpointsOf(logger)).toEqual(["listen:0.0.0.0:9000"]);
});

test("a host is one line under its name and its addresses, and this machine under all of its own", async () => {
  const addresses: Readonly<Record<string, readonly string[]>> = {
    "gateway.local": ["192.168.1.20", "fe80::1"],
    zero: ["0.0.0.0", "::"],
    crowd: Array.from({ length: 100 }, (_, i) => `10.0.0.${i}`),
  };
  const asked: string[] = [];
  const how = {
    real: (path: string) => path,
    addresses: async (host: string) => {
      asked.push(host);
      return addresses[host] ?? [];
    },
  };
  const of = (host: string) => endpointsOf(tcp(host, 502), how);
  const gateway = ["net:gateway.local:502", "net:192.168.1.20:502", "net:fe80::1:502"];
  expect(await of("Gateway.local")).toEqual(gateway);
  expect(await endpointsOf({ ...tcp("GATEWAY.local", 502), transport: "udp" } as LineSettings, how)).toEqual(gateway);
  expect(await of("zero")).toEqual(["net:zero:502", "net:127.0.0.1:502"]);
  expect(await of("unknown")).toEqual(["net:unknown:502"]);
  expect((await of("crowd")).length).toBeLessThan(10);
  asked.length = 0;
  const any = ["0.0.0.0", "::", "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0"];
  for (const one of ["localhost", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", ...any])
    expect(await of(one)).toEqual(["net:127.0.0.1:502"]);
  expect(await of("FE80:0::0001")).toEqual(["net:fe80::1:502"]);
  expect(asked).toEqual([]);
});

test("localhost and the addresses of this machine are one line", async () => {
  const port = await freePort();
  await held(tcp("localhost", port));
  for (const host of ["127.0.0.1", "::1", "LOCALHOST", "0.0.0.0", "::"])
    expect(await holdLine(tcp(host, port, "other"), me)).toMatchObject({ heldBy: { line: "analyzer" } });
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
    const [endpoint = ""] = await endpointsOf(line);
    await new Promise<void>((resolve) => server.listen({ path: socketName(endpoint) }, resolve));
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    expect(await holdLine(line, me)).toEqual({ heldBy: undefined });
  },
);

test("who connects and never goes away does not keep the holder from letting go", async () => {
  const line = tcp("127.0.0.1", await freePort());
  const hold = await holdLine(line, me);
  if (!isHold(hold)) throw new Error("held by somebody else");
  const [endpoint = ""] = await endpointsOf(line);
  const stranger = connect({ path: socketName(endpoint), allowHalfOpen: true });
  onTestFinished(() => void stranger.destroy());
  await once(stranger, "connect");
  await hold.release();
  expect(isHold(await holdLine(line, me))).toBe(true);
});

const heldByOther = async (path: string): Promise<boolean> => {
  const hold = await holdLine({ ...serial(path), id: "other" }, { ...me, program: "cems-agent probe" });
  if (isHold(hold)) await hold.release();
  return !isHold(hold);
};

test("a link is held with the device it leads to at each opening, and not with the one it led to before", async () => {
  const dir = tempDir();
  const [first, second, link] = [join(dir, "ttyUSB0"), join(dir, "ttyUSB1"), join(dir, "by-id")];
  writeFileSync(first, "");
  writeFileSync(second, "");
  const hold = await held(serial(link));
  expect(await hold.follow()).toBeUndefined();
  expect([await heldByOther(link), await heldByOther(first)]).toEqual([true, false]);
  symlinkSync(first, link);
  expect(await hold.follow()).toBeUndefined();
  expect([await heldByOther(first), await heldByOther(second)]).toEqual([true, false]);
  unlinkSync(link);
  symlinkSync(second, link);
  expect(await hold.follow()).toBeUndefined();
  expect([await heldByOther(link), await heldByOther(first), await heldByOther(second)]).toEqual([true, false, true]);
  await hold.release();
  expect(await hold.follow()).toBeUndefined();
  expect([await heldByOther(link), await heldByOther(second)]).toEqual([false, false]);
});

test("a port that another program holds is not opened, and is when he lets go", async () => {
  const path = join(tempDir(), "by-id");
  const hold = await held(serial(path));
  const slave = await startSlave("rtu", answerAll);
  if (!("path" in slave.settings)) throw new Error("no port");
  const other = await holdLine({ ...serial(slave.settings.path), id: "other" }, { ...me, program: "cems-agent scan" });
  if (!isHold(other)) throw new Error("held by somebody else");
  symlinkSync(slave.settings.path, path);
  const line = openBus({ ...slave.settings, path }, systemClock, { hold, random: () => 0 });
  onTestFinished(() => line.close());
  const ask = () => line.transact({ unit: 1, request: { functionCode: 4, start: 20, count: 3 } }, { deviceMs: 20 });
  expect((await ask()).failure).toEqual({
    code: "E_BUS_CLOSED",
    detail: `held by cems-agent scan (pid ${process.pid}, line other)`,
  });
  expect(slave.heard).toEqual([]);
  await other.release();
  await until(async () => (await ask()).reply, { what: "the device answers" });
  expect(await heldByOther(slave.settings.path)).toBe(true);
  unlinkSync(path);
  await line.close();
  expect([await heldByOther(slave.settings.path), await heldByOther(path)]).toEqual([false, true]);
});

test("two lines of one site that lead to the same place are told as that", async () => {
  const port = await freePort();
  const by = { program: "cems-agent run", devicesOn: () => [] };
  await expect(holdLines([tcp("localhost", port, "one"), tcp("127.0.0.1", port, "two")], by)).rejects.toMatchObject({
    code: "E_LINE_HELD",
    message: expect.stringContaining("the lines one and two lead to the same place and are one line"),
  });
});

test("a look gives way to the agent of its own site, and to no other", async () => {
  const line = tcp("127.0.0.1", await freePort());
  const by = (program: string, config: string) => ({ program, config, devicesOn: () => [] });
  let asked = 0;
  const look = await holdLines([line], {
    ...by("cems-agent tail", "/a/site.yaml"),
    giveWay: () => {
      asked += 1;
      void look.release();
    },
  });
  for (const [program, config] of [
    ["cems-agent run", "/b/site.yaml"],
    ["cems-agent probe", "/a/site.yaml"],
  ] as const)
    await expect(holdLines([line], by(program, config))).rejects.toMatchObject({ code: "E_LINE_HELD" });
  expect(asked).toBe(0);
  await (await holdLines([line], by("cems-agent run", relative(".", "/a/site.yaml")))).release();
  expect(asked).toBeGreaterThan(0);
});

test("a look gives way at once to the agent that was given its site by another name", async () => {
  const dir = tempDir();
  const [file, link] = [join(dir, "site.yaml"), join(dir, "plant.yaml")];
  writeFileSync(file, "");
  symlinkSync(file, link);
  const line = tcp("127.0.0.1", await freePort());
  const by = (program: string, config: string) => ({ program, config, devicesOn: () => [] });
  const look = await holdLines([line], {
    ...by("cems-agent tail", link),
    giveWay: () => void look.release(),
  });
  onTestFinished(look.release);
  await (await holdLines([line], by("cems-agent run", file))).release();
});

test("who is asked to end waits no longer for a look to give way", async () => {
  const line = tcp("127.0.0.1", await freePort());
  const config = "/a/site.yaml";
  const stop = new AbortController();
  let asked = 0;
  const look = await holdLines([line], {
    program: "cems-agent tail",
    config,
    devicesOn: () => [],
    giveWay: () => {
      asked++;
      stop.abort();
    },
  });
  onTestFinished(look.release);
  const by = { program: "cems-agent run", config, devicesOn: () => [], signal: stop.signal };
  await expect(holdLines([line], by)).rejects.toMatchObject({ code: "E_LINE_HELD" });
  // Without the signal it would have asked fifty times.
  expect(asked).toBeLessThan(5);
});
