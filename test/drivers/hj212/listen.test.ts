import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type ListenSettings,
  type LoggerListener,
  listenForLoggers,
  listenProblem,
} from "../../../drivers/hj212/listen.ts";
import { type Arrived, mostJunk } from "../../../drivers/hj212/session.ts";
import { packet } from "../../../simulator/logger/crc.ts";
import { createLogger } from "../../../simulator/logger/logger.ts";
import { serveLogger } from "../../../simulator/logger/serve.ts";
import { unit350 } from "../../../simulator/plant/combustion.ts";
import { startPlant } from "../../../simulator/plant/world.ts";
import { until } from "../../support/until.ts";
import { frames, onWire } from "./frames.ts";

/** What happens at a listener, to be awaited one by one. */
function happenings(): {
  next(): Promise<string>;
  tell(what: string): void;
  last: () => Arrived;
  keep(a: Arrived): void;
} {
  const told: string[] = [];
  const waiting: ((what: string) => void)[] = [];
  let last: Arrived | undefined;
  return {
    next: () => {
      const ready = told.shift();
      return ready === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(ready);
    },
    tell: (what) => {
      const wake = waiting.shift();
      if (wake === undefined) told.push(what);
      else wake(what);
    },
    last: () => last as Arrived,
    keep: (arrived) => {
      last = arrived;
    },
  };
}

async function listening(
  settings: Partial<ListenSettings> = {},
): Promise<{ listener: LoggerListener; at: ReturnType<typeof happenings> }> {
  const at = happenings();
  const listener = await listenForLoggers(
    { host: "127.0.0.1", port: 0, allow: [], ...settings },
    {
      pushed: (peer, arrived, acknowledge) => {
        at.keep(arrived);
        at.tell(`${peer} ${arrived.message.mn}`);
        acknowledge();
      },
      finding: (peer, { code }) => at.tell(`${peer} ${code}`),
      refused: (peer, why) => at.tell(`${peer} refused: ${why}`),
    },
  );
  onTestFinished(() => listener.close());
  return { listener, at };
}

interface Peer {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  received(): string;
}
function peer(port: number, localAddress = "127.0.0.1"): Peer {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  onTestFinished(() => void socket.destroy());
  let got = "";
  socket.on("data", (bytes) => {
    got += bytes.toString("latin1");
  });
  socket.on("error", () => {});
  return { socket, received: () => got, closed: new Promise((resolve) => socket.once("close", () => resolve())) };
}

test("a frame is heard, and acknowledged when it asks for that", async () => {
  const { listener, at } = await listening();
  const { socket, received } = peer(listener.port);
  socket.write(onWire(frames.acknowledged2025.frame));
  expect(await at.next()).toBe("127.0.0.1 A110000_0001");
  expect(at.last().frame.toString()).toBe(frames.acknowledged2025.frame);
  while (!received().endsWith("\r\n")) await new Promise((resolve) => socket.once("data", resolve));
  expect(received()).toBe(onWire(frames.acknowledgement.frame).toString());
});

test("a stranger's address is not taken", async () => {
  const { listener, at } = await listening({ allow: ["127.0.0.2"] });
  const stranger = peer(listener.port);
  stranger.socket.write(onWire(frames.acknowledged2025.frame));
  expect(await at.next()).toBe("127.0.0.1 refused: not one of the addresses that may connect");
  await stranger.closed;
  peer(listener.port, "127.0.0.2").socket.write(onWire(frames.acknowledged2025.frame));
  expect(await at.next()).toBe("127.0.0.2 A110000_0001");
});

test.each(["123457", "12345", "1234567", "x"])(
  "a password other than %s ends the connection, unheard",
  async (password) => {
    const { listener, at } = await listening({ password });
    const guesser = peer(listener.port);
    guesser.socket.write(onWire(frames.acknowledged2025.frame, frames.acknowledged2025.frame));
    expect(await at.next()).toBe("127.0.0.1 refused: a message with a wrong password");
    await guesser.closed;
    expect(guesser.received()).toBe("");
  },
);

test("the right password is taken; a message without one is not", async () => {
  const { listener, at } = await listening({ password: "123456" });
  peer(listener.port).socket.write(onWire(frames.water2005.frame));
  expect(await at.next()).toBe("127.0.0.1 LD130133000015");
  peer(listener.port).socket.write(packet("ST=31;CN=2011;MN=M1;CP=&&DataTime=20200101000000&&"));
  expect(await at.next()).toBe("127.0.0.1 refused: a message with a wrong password");
});

test("a line without end costs the connection, not memory", async () => {
  const { listener, at } = await listening();
  const flood = peer(listener.port);
  flood.socket.write(Buffer.alloc(mostJunk * 2, 0x41));
  expect(await at.next()).toBe(`127.0.0.1 refused: more than ${mostJunk} bytes without a frame`);
  await flood.closed;
});

test("two loggers at once, and one more than there is room for", async () => {
  const { listener, at } = await listening({ most: 2 });
  const [one, two] = [peer(listener.port), peer(listener.port)];
  one.socket.write(onWire(frames.water2005.frame));
  expect(await at.next()).toBe("127.0.0.1 LD130133000015");
  two.socket.write(onWire(frames.stack2005.frame));
  expect(await at.next()).toBe("127.0.0.1 LD130102000343");
  const third = peer(listener.port);
  expect(await at.next()).toBe("127.0.0.1 refused: there are 2 connections already");
  await third.closed;
  one.socket.write(onWire(frames.water2005.frame));
  expect(await at.next()).toBe("127.0.0.1 LD130133000015");
});

test("a connection without a frame is closed, findings or not", async () => {
  const { listener, at } = await listening({ idleMs: 50 });
  const idle = peer(listener.port);
  expect(await at.next()).toBe("127.0.0.1 refused: no frame for 50 ms");
  await idle.closed;
});

test("closing ends the connections and frees the port", async () => {
  const { listener, at } = await listening();
  const logger = peer(listener.port);
  logger.socket.write(onWire(frames.water2005.frame));
  await at.next();
  await listener.close();
  await logger.closed;
  const again = await listenForLoggers(
    { host: "127.0.0.1", port: listener.port, allow: [] },
    { pushed: () => {}, finding: () => {}, refused: () => {} },
  );
  await again.close();
});

test("the pretend logger dials and is heard", async () => {
  const { listener, at } = await listening({ password: "123456" });
  const look = startPlant(unit350, 1, () => 0);
  const logger = createLogger({ dialect: "2017", mn: "M17", pw: "123456", asks: true }, look, Math.random);
  const service = await serveLogger(logger, { over: "dials", host: "127.0.0.1", port: listener.port }, 10);
  onTestFinished(service.close);
  expect(await at.next()).toBe("127.0.0.1 M17");
  expect(await at.next()).toBe("127.0.0.1 M17");
  await until(() => service.heard().includes("ST=91;CN=9014;PW=123456;MN=M17;Flag=4;CP=&&&&"));
});

describe("what may be listened on", () => {
  const both = { allow: ["10.0.0.5"], password: "123456" };
  test.each([
    [{ host: "127.0.0.1", allow: [] }, undefined],
    [{ host: "::1", allow: [] }, undefined],
    [{ host: "localhost", allow: [] }, undefined],
    [{ host: "10.0.0.1", ...both }, undefined],
    [{ host: "0.0.0.0", ...both }, undefined],
    [{ host: "0.0.0.0", allow: [] }, "listening on 0.0.0.0 needs the addresses that may connect and a password"],
    [{ host: "::", allow: ["10.0.0.5"] }, "listening on :: needs a password"],
    [{ host: "10.0.0.1", allow: [], password: "123456" }, "listening on 10.0.0.1 needs the addresses that may connect"],
    [
      { host: "127.evil.example", allow: [] },
      "listening on 127.evil.example needs the addresses that may connect and a password",
    ],
    [{ host: "127.0.0.1", allow: ["10.0.0.0/8"] }, "10.0.0.0/8 is no IP address"],
    [{ host: "127.0.0.1", allow: [], password: "" }, "the password must have 1 to 16 printable characters without ;"],
  ] as const)("%o: %s", (settings, problem) => expect(listenProblem(settings)).toBe(problem));

  test("nothing is listened on otherwise", async () => {
    const quiet = { pushed: () => {}, finding: () => {}, refused: () => {} };
    await expect(listenForLoggers({ host: "0.0.0.0", port: 0, allow: [] }, quiet)).rejects.toThrow("needs");
  });
});
