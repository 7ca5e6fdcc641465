import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openJournal } from "../../agent/keep/open.ts";
import { packet } from "../../simulator/logger/crc.ts";
import { stamp } from "../../simulator/logger/dialect.ts";
import { createLogger } from "../../simulator/logger/logger.ts";
import { serveLogger } from "../../simulator/logger/serve.ts";
import { unit350 } from "../../simulator/plant/combustion.ts";
import { startPlant } from "../../simulator/plant/world.ts";
import { randomFrom } from "../../simulator/random.ts";
import { parseScenario } from "../../simulator/scenario.ts";
import { simulate } from "../../simulator/simulation.ts";
import { freePort, tempDir } from "../support/temporary.ts";
import { until } from "../support/until.ts";
import { runSite, valid } from "./site.ts";

const mn = "010000A8900016F000169DC0";
const password = "s3cret";
const device = (every: string, line = "cems"): string =>
  `devices: [{ id: log, line: ${line}, mn: ${mn}, profile: generic/hj212-2017, every: ${every} }]\n`;

let last = Date.parse("2026-03-01T04:00:00Z");
/** A message that asks for an acknowledgement. Each has its own time. */
function message(
  cn: string,
  items: string,
  head = `PW=${password};MN=${mn}`,
): { bytes: Buffer; qn: string; at: string } {
  last += 1000;
  const qn = stamp(last, true);
  const data = `QN=${qn};ST=31;CN=${cn};${head};Flag=5;CP=&&DataTime=${stamp(last)};${items}&&`;
  return { bytes: packet(data), qn, at: new Date(last).toISOString() };
}
const so2 = (value: string, flag: string): string => `a21026-Rtd=${value},a21026-Flag=${flag}`;

/** A logger that waits, or dials, and what comes back to it. */
function ear(socket: Socket): () => string {
  let heard = "";
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Buffer) => {
    heard += bytes.toString("latin1");
  });
  onTestFinished(() => void socket.destroy());
  return () => heard;
}

/** A logger dials until it is listened to. */
const dialled = (port: number): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });

async function listening(more = "", every = "1h", dir = tempDir()) {
  const port = await freePort();
  const lines = `lines: [{ id: cems, transport: hj212-listen, host: 127.0.0.1, port: ${port}, passwordFile: pw.txt${more} }]\n`;
  const site = await runSite(lines + device(every), { "pw.txt": `${password}\n` }, dir);
  // An agent that says it is collecting listens already.
  const socket = await dialled(port);
  if (socket === undefined) throw new Error("nobody listens");
  const heard = ear(socket);
  return { ...site, heard, say: (bytes: Buffer) => void socket.write(bytes) };
}

describe("a logger that dials the agent", () => {
  test("its values are kept with our flags and its own time and flags, acknowledged, without the password, and verified", async () => {
    const { say, heard, frame, frames, verified } = await listening();
    const normal = message("2011", `${so2("12.345", "N")};a21002-Rtd=30.0,a21002-Flag=D`);
    say(normal.bytes);
    const kept = await frame(({ data }) => data["log.so2"]?.[0] === "12.34", "the frame of SO2");
    expect(kept.data).toEqual({ "log.so2": ["12.34", "N"], "log.nox": ["30.0", "D", "logger D"] });
    expect(kept.own).toEqual({ t: normal.at, flags: { "log.so2": "N", "log.nox": "D" } });
    const acknowledged = packet(`QN=${normal.qn};ST=91;CN=9014;PW=${password};MN=${mn};Flag=4;CP=&&&&`).toString();
    await until(() => heard() === acknowledged, { what: "the acknowledgement" });
    expect(kept.raw.map((reply) => Buffer.from(reply, "base64").toString())).toEqual([
      normal.bytes.toString().trimEnd().replace(password, "******"),
    ]);

    say(normal.bytes);
    await until(() => heard() === acknowledged + acknowledged, { what: "the second acknowledgement" });
    say(message("2011", so2("13.00", "N")).bytes);
    await frame(({ data }) => data["log.so2"]?.[0] === "13.00", "the next frame");
    expect(frames().map(({ data }) => data["log.so2"]?.[0])).toEqual(["12.34", "13.00"]);
    expect(await verified()).toMatch(valid);
  });

  test("a 0 with flag N while it does not hear its analyzer is none, and the state is kept before it is acknowledged", async () => {
    const { say, heard, frame, frames, verified } = await listening();
    const state = message("3020", "PolId=a21026;i12001-Info=0;i12002-Info=1");
    say(state.bytes);
    await until(() => heard().includes(`QN=${state.qn};ST=91;CN=9014`), { what: "the acknowledgement of the state" });
    say(message("2011", so2("0.00", "N")).bytes);
    const dead = await frame(({ data }) => "log.so2" in data, "the frame of SO2");
    expect(dead.data["log.so2"]).toEqual([null, "B", "logger.no-analyzer"]);
    expect(dead.own?.flags).toEqual({ "log.so2": "N" });
    expect(frames().some(({ raw }) => Buffer.from(raw[0] ?? "", "base64").includes("i12002-Info=1"))).toBe(true);
    say(message("3020", "PolId=a21026;i12001-Info=0;i12002-Info=0").bytes);
    say(message("2011", so2("12.00", "N")).bytes);
    const alive = await frame(({ data }) => data["log.so2"]?.[0] === "12.00", "the frame after it");
    expect(alive.data["log.so2"]).toEqual(["12.00", "N"]);
    expect(frames().map(({ data }) => Object.keys(data).length)).toEqual([0, 1, 0, 1]);
    expect(await verified()).toMatch(valid);
  });

  test("after kill -9 its states still hold, and what it sends again because nobody answered is not kept twice", async () => {
    const dir = tempDir();
    const before = await listening(", acknowledge: false", "1h", dir);
    const state = message("3020", "PolId=a21026;i12001-Info=0;i12002-Info=1");
    const value = message("2011", "a34013-Rtd=7.00,a34013-Flag=N");
    before.say(state.bytes);
    before.say(value.bytes);
    await before.frame(({ data }) => data["log.dust"]?.[0] === "7.00", "the frame of dust");
    await before.agent.stop("SIGKILL");

    const after = await listening("", "1h", dir);
    after.say(value.bytes);
    after.say(state.bytes);
    await until(() => after.heard().includes(`QN=${state.qn};ST=91;CN=9014`), { what: "the second acknowledgement" });
    after.say(message("2011", so2("0.00", "N")).bytes);
    const dead = await after.frame(({ data }) => "log.so2" in data, "the frame of SO2");
    expect(dead.data["log.so2"]).toEqual([null, "B", "logger.no-analyzer"]);
    expect(after.frames()).toHaveLength(3);
    expect(after.events().flatMap(({ code, set }) => (set ? [{ code, set }] : []))).toEqual([
      { code: "STATE_FIRST", set: { "log.so2-work": [null, "0"], "log.so2-comms": [null, "1"] } },
    ]);
    expect(await after.verified()).toMatch(valid);
  });

  test("a state of the logger as a whole is told of for each factor, and holds after kill -9", async () => {
    const dir = tempDir();
    const before = await listening("", "1h", dir);
    const state = message("3020", "i12002-Info=1");
    before.say(state.bytes);
    await until(() => before.heard().includes(`QN=${state.qn};ST=91;CN=9014`), { what: "the acknowledgement" });
    await before.agent.stop("SIGKILL");

    const after = await listening("", "1h", dir);
    after.say(message("2011", `${so2("0.00", "N")};a34013-Rtd=0.00,a34013-Flag=N`).bytes);
    const { data } = await after.frame((frame) => "log.so2" in frame.data, "the frame of SO2 and dust");
    expect([data["log.so2"], data["log.dust"]]).toEqual(Array(2).fill([null, "B", "logger.no-analyzer"]));
    const told = after
      .events()
      .flatMap(({ code, set }) => (set ? [[code, new Set(Object.values(set).map(String))]] : []));
    expect(told).toEqual([["STATE_FIRST", new Set([",1"])]]);
    expect(await after.verified()).toMatch(valid);
  });

  test("nothing for a period is a hole, three are COMM_LOST, and a message is COMM_BACK", async () => {
    const { say, frames, event, frame } = await listening("", "500ms");
    say(message("2011", so2("12.00", "N")).bytes);
    await event("COMM_LOST");
    const holes = frames().filter(({ data }) => data["log.so2"]?.[0] === null);
    expect(holes.length).toBeGreaterThanOrEqual(3);
    for (const { data, raw } of holes) {
      expect(raw).toEqual([""]);
      expect(Object.keys(data)).toHaveLength(9);
      expect(Object.values(data).filter((tuple) => tuple.join() !== ",B,E_BUS_TIMEOUT")).toEqual([]);
    }
    say(message("2011", so2("13.00", "N")).bytes);
    await event("COMM_BACK");
    await frame(({ data }) => data["log.so2"]?.[0] === "13.00", "the value after the gap");
  });

  test("a stranger is logged and not kept, and nobody is acknowledged where the site says so", async () => {
    const { say, heard, agent, frame, frames } = await listening(", acknowledge: false");
    say(message("2011", so2("99.00", "N"), `PW=${password};MN=STRANGER000001`).bytes);
    await agent.line(/a message of logger STRANGER000001/);
    say(message("2011", so2("12.00", "N")).bytes);
    await frame(({ data }) => data["log.so2"]?.[0] === "12.00", "the frame of SO2");
    expect(frames()).toHaveLength(1);
    await agent.stop();
    expect(heard()).toBe("");
    expect(agent.stdout() + agent.stderr()).not.toContain(password);
  });
});

test("a logger that waits for the agent: what is acknowledged is there after kill -9", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const met = once(server, "connection");
  const lines = `lines: [{ id: cems, transport: hj212-dial, host: 127.0.0.1, port: ${port} }]\n`;
  const dir = tempDir();
  const { agent } = await runSite(lines + device("1h"), {}, dir);
  const [socket] = (await met) as [Socket];
  const heard = ear(socket);
  for (let i = 1; i <= 20; i++) {
    socket.write(message("2011", so2(`${i}.00`, "N")).bytes);
    await until(() => heard().split("CN=9014").length === i + 1, { every: 1, what: "an acknowledgement" });
  }
  await agent.stop("SIGKILL");
  const journal = openJournal(join(dir, "state/journal"));
  onTestFinished(() => journal.close());
  const kept = journal.read(0, journal.head().size);
  const values = kept.flatMap(({ bytes }) => /"log.so2":\["(\d+)\.00"/.exec(bytes.toString())?.[1] ?? []);
  expect(values).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 1}`));
});

test("a logger on a serial port: what it meant to send is what is kept", async () => {
  let seconds = 0;
  const look = startPlant(unit350, 1, () => seconds++);
  const sender = { dialect: "2017", mn, pw: password, asks: true } as const;
  const logger = createLogger(sender, look, randomFrom(1));
  const meant: string[] = [];
  const noted = {
    ...logger,
    beat: (at: number) => {
      const bytes = logger.beat(at);
      meant.push(...logger.meant);
      return bytes;
    },
  };
  const service = await serveLogger(noted, { over: "serial", path: join(tempDir(), "logger") }, 200);
  onTestFinished(service.close);
  const lines = `lines: [{ id: cems, transport: hj212, path: ${service.path}, baud: 9600 }]\n`;
  const { frames, agent, verified } = await runSite(lines + device("1h"));
  await until(() => frames().length >= 10, { within: 15_000, every: 50, what: "ten frames" });
  await until(() => service.heard().split("CN=9014").length > 10, { what: "ten acknowledgements" });
  expect(await verified()).toMatch(valid);
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  const said = new Set(meant.map((data) => digest(data.replace(password, "*".repeat(password.length)))));
  for (const { raw, data } of frames()) {
    const kept = Buffer.from(raw[0] ?? "", "base64")
      .toString()
      .slice(6, -4);
    expect(said.has(digest(kept))).toBe(true);
    const sent = /a21026-(?:Rtd|Avg)=([\d.]+)/.exec(kept)?.[1];
    expect((data["log.so2"] ?? data["log.so2-minute"])?.[0]).toBe(sent);
  }
  expect(agent.stdout()).not.toContain(password);
});

test("loggers of a scenario push on all three transports, and a dead analyzer's 0 is never normal", async () => {
  const far = await freePort();
  const scenario = parseScenario(
    `about: Three loggers
loggers:
  - { id: cabinet, transport: hj212, mn: M1, everyMs: 200 }
  - { id: old, transport: hj212-dial, port: 0, mn: M2, dialect: "2005", everyMs: 200 }
  - { id: far, transport: hj212-listen, port: ${far}, mn: M3, dialect: "2025", everyMs: 200 }
`,
    "loggers.yaml",
  );
  const simulation = await simulate(scenario, { seed: 5 });
  onTestFinished(simulation.close);
  const lines = simulation.loggers.map((at) => {
    const where = "path" in at ? `path: ${at.path}, baud: ${at.baud}` : `host: ${at.host}, port: ${at.port}`;
    return `  - { id: ${at.id}, transport: ${at.transport}, ${where} }\n`;
  });
  const devices = simulation.loggers.map(
    ({ id, mn: number, profile }) => `  - { id: ${id}, line: ${id}, mn: ${number}, profile: ${profile}, every: 1h }\n`,
  );
  const site = await runSite(`lines:\n${lines.join("")}devices:\n${devices.join("")}`);
  for (const { id } of simulation.loggers)
    await site.frame(({ data }) => data[`${id}.so2`]?.[1] === "N", `a value of ${id}`);
  for (const { id } of simulation.loggers)
    await until(() => simulation.heard(id).includes("CN=9014"), { what: `an acknowledgement to ${id}` });
  simulation.setLoggerFault("far", "zero-as-normal");
  const none = [null, "B", "logger.no-analyzer"];
  const dead = await site.frame(({ data }) => data["far.so2"]?.[0] === null, "a frame of the dead analyzer");
  expect([dead.data["far.so2"], dead.data["far.nox"], dead.data["far.o2"]]).toEqual([none, none, none]);
  await site.agent.stop();
  expect(site.frames().filter(({ data }) => Number(data["far.so2"]?.[0] ?? 1) === 0)).toEqual([]);
});
