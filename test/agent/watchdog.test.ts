import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { stalled, startWatchdog } from "../../agent/watchdog.ts";
import { millis, seconds } from "../../feed/format/vocabulary.ts";
import { fakeClock } from "../support/clock.ts";
import { spawnNode, start } from "../support/program.ts";
import { needs, python } from "../support/system.ts";
import { tempDir } from "../support/temporary.ts";
import { makeLonelySite } from "./lonely-site.ts";

test("a device is late when nothing of it is kept ten minutes after its time", () => {
  const devices = new Map([
    ["fast", { kept: seconds(100), every: seconds(1) }],
    ["slow", { kept: seconds(100), every: seconds(3600) }],
  ]);
  expect(stalled(devices, seconds(701))).toEqual([]);
  expect(stalled(devices, millis(701_001))).toEqual(["fast"]);
  expect(stalled(devices, seconds(4301))).toEqual(["fast", "slow"]);
});

test("systemd hears of us as long as polls come to the disk, and no longer when those of one device do not", async () => {
  const clock = fakeClock();
  const said: string[] = [];
  const logged: string[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const notify = async (state: string): Promise<void> => void said.push(state);
  const log = pino({ base: null }, { write: (line: string) => void logged.push(line) });
  const devices = ["a", "b"].map((id) => ({ id, every: seconds(5) }));
  const watchdog = startWatchdog(devices, { notify, within: seconds(30) }, clock, log, stop.signal);
  const pass = async (times: number, ...of: readonly string[]): Promise<number> => {
    const before = said.length;
    for (let n = 0; n < times; n++) {
      await clock.advance(seconds(10));
      for (const id of of) watchdog.kept(id);
    }
    return said.length - before;
  };
  await pass(1, "a", "b");
  expect(said.slice(0, 2)).toEqual(["READY=1", "WATCHDOG=1"]);
  expect(await pass(100, "a", "b")).toBe(100);
  expect(await pass(60, "a")).toBe(60); // ten minutes are within its patience
  expect(logged).toEqual([]);
  expect(await pass(10, "a")).toBeLessThan(2);
  expect(logged.join("")).toMatch(/"code":"E_STALLED","devices":\["b"\]/);
  await pass(1, "a", "b");
  expect(await pass(5, "a", "b")).toBe(5);
  stop.abort();
  await watchdog.running;
});

/** Prints each datagram that comes, in one line. */
const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("bound", flush=True)
while True: print(s.recv(4096).decode().replace("\\n", " "), flush=True)
`;

needs("python", "systemd-notify").describe("the program", () => {
  test("tells systemd that it is ready, and then that it goes on", async () => {
    const socket = join(tempDir(), "notify");
    const systemd = start(python() ?? "", ["-c", listener, socket]);
    await systemd.line(/bound/);
    const config = await makeLonelySite();
    const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "300000" };
    const agent = spawnNode("dist/agent/main.js", ["run", "--config", config], { env });
    await systemd.line(/READY=1(?:.*\n)+?.*WATCHDOG=1(?:.*\n)+?.*WATCHDOG=1/);
    expect(await agent.stop()).toMatchObject({ code: 0 });
    expect(agent.stdout()).not.toContain("E_NOTIFY");
  });

  test("goes on where systemd is not to be told, and says so", async () => {
    const config = await makeLonelySite();
    const env = { NOTIFY_SOCKET: join(tempDir(), "nobody") };
    const agent = spawnNode("dist/agent/main.js", ["run", "--config", config], { env });
    await agent.line(/"code":"E_NOTIFY"/);
    expect(await agent.stop()).toMatchObject({ code: 0 });
  });
});
