import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type DialSettings, dialLogger } from "../../../drivers/hj212/dial.ts";
import type { Arrived } from "../../../drivers/hj212/session.ts";
import { serialWire } from "../../../drivers/line/serial-port.ts";
import { tcpWire } from "../../../drivers/line/tcp-port.ts";
import { createLogger } from "../../../simulator/logger/logger.ts";
import { type LoggerPlace, serveLogger } from "../../../simulator/logger/serve.ts";
import { unit350 } from "../../../simulator/plant/combustion.ts";
import { startPlant } from "../../../simulator/plant/world.ts";
import { tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";
import { frames, onWire } from "./frames.ts";

/** A line whose happenings are awaited one by one. */
function dial(settings: DialSettings): { next(): Promise<string | Arrived>; close(): Promise<void> } {
  const told: (string | Arrived)[] = [];
  let wake = (): void => {};
  const tell = (what: string | Arrived): void => {
    told.push(what);
    wake();
  };
  const line = dialLogger(
    { pauseMs: () => 5, ...settings },
    {
      opened: () => tell("opened"),
      lost: (why) => tell(`lost: ${why}`),
      finding: ({ code }) => tell(code),
      pushed: (arrived, acknowledge) => {
        acknowledge();
        tell(arrived);
      },
    },
  );
  onTestFinished(line.close);
  return {
    close: line.close,
    next: async () => {
      while (told.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return told.shift() as string | Arrived;
    },
  };
}

async function pretend(place: LoggerPlace): Promise<Awaited<ReturnType<typeof serveLogger>>> {
  const look = startPlant(unit350, 1, () => 0);
  const logger = createLogger({ dialect: "2025", mn: "M25", pw: "123456", asks: true }, look, Math.random);
  const service = await serveLogger(logger, place, 10);
  onTestFinished(service.close);
  return service;
}
/** Of a moment, or of a minute where one ends just now. */
const ofLogger = { message: { mn: "M25", version: "2025" }, said: { time: { at: expect.any(Number) } } };

describe("a pretend logger is heard and acknowledged", () => {
  test("where it listens", async () => {
    const service = await pretend({ over: "listens", host: "127.0.0.1", port: 0 });
    const line = dial({ open: tcpWire("127.0.0.1", service.port ?? 0, 2000), password: "123456" });
    expect(await line.next()).toBe("opened");
    expect(await line.next()).toMatchObject(ofLogger);
    expect(await line.next()).toMatchObject(ofLogger);
    await until(() => service.heard().includes("CN=9014"));
    await line.close();
  });

  test("on a serial line", async () => {
    const service = await pretend({ over: "serial", path: join(tempDir(), "logger") });
    const path = service.path ?? "";
    const open = serialWire({ path, baud: 9600, dataBits: 8, parity: "none", stopBits: 1 });
    const line = dial({ open });
    expect(await line.next()).toBe("opened");
    // The port is opened in the middle of a frame, perhaps.
    let first = await line.next();
    while (typeof first === "string") first = await line.next();
    expect(first).toMatchObject(ofLogger);
  });
});

/** A wire that does what the test says. */
function scripted(script: readonly ((data: (bytes: Buffer) => void, closed: (why: string) => void) => void)[]): {
  open: DialSettings["open"];
  log: string[];
} {
  const log: string[] = [];
  let turn = 0;
  return {
    log,
    open: async ({ data, closed }) => {
      const act = script[turn++];
      if (act === undefined) throw new Error("nobody there");
      setImmediate(() => act(data, closed));
      return {
        isOpen: true,
        write: (bytes) => void log.push(bytes.toString("latin1")),
        destroy: async () => void log.push("destroyed"),
      };
    },
  };
}

test("a lost wire is opened anew, each is let go of, and attempts go on", async () => {
  const wire = scripted([
    (data, closed) => {
      data(onWire(frames.acknowledged2025.frame));
      closed("unplugged");
    },
    (data) => data(onWire(frames.water2005.frame)),
  ]);
  const line = dial({ ...wire, idleMs: 50 });
  const seen = [];
  for (let i = 0; i < 7; i++) seen.push(await line.next());
  expect(seen).toEqual([
    "opened",
    expect.objectContaining({ reply: onWire(frames.acknowledgement.frame) }),
    "lost: unplugged",
    "opened",
    expect.objectContaining({ frame: Buffer.from(frames.water2005.frame) }),
    "lost: no frame for 50 ms",
    "lost: nobody there",
  ]);
  expect(wire.log).toEqual([onWire(frames.acknowledgement.frame).toString("latin1"), "destroyed", "destroyed"]);
});

test("a wrong password costs the wire and is not acknowledged", async () => {
  const wire = scripted([(data) => data(onWire(frames.acknowledged2025.frame))]);
  const line = dial({ ...wire, password: "other" });
  expect([await line.next(), await line.next()]).toEqual(["opened", "lost: a message with a wrong password"]);
  await line.close();
  expect(wire.log).toEqual(["destroyed"]);
});

test("an acknowledgement after the wire was lost goes nowhere", async () => {
  const wire = scripted([
    (data, closed) => {
      data(onWire(frames.acknowledged2025.frame));
      closed("unplugged");
    },
  ]);
  const late: (() => void)[] = [];
  const lost = new Promise<void>((resolve) => {
    const line = dialLogger(
      { ...wire, pauseMs: () => 60_000 },
      {
        opened: () => {},
        lost: () => resolve(),
        finding: () => {},
        pushed: (_, acknowledge) => void late.push(acknowledge),
      },
    );
    onTestFinished(line.close);
  });
  await lost;
  expect(late).toHaveLength(1);
  for (const acknowledge of late) acknowledge();
  expect(wire.log.filter((entry) => entry !== "destroyed")).toEqual([]);
});
