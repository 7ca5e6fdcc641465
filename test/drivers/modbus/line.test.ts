import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import type { RegisterRead } from "../../../drivers/driver.ts";
import type { OpenWire } from "../../../drivers/line/wire.ts";
import { type BusOptions, type ModbusBus, openBus } from "../../../drivers/modbus/bus.ts";
import { freePort } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";
import { answerAll, type Kind, type Script, type Slave, shown, startSlave, trueReply, withCrc } from "./slave.ts";

const read = (start: number, count = 4): RegisterRead => ({ functionCode: 3, start, count });
const quick = { deviceMs: 20 };

async function line(kind: Kind, script: Script, options: BusOptions = {}): Promise<{ bus: ModbusBus; slave: Slave }> {
  const slave = await startSlave(kind, script);
  const bus = openBus(slave.settings, systemClock, { marginMs: 20, ...slave.options, ...options });
  onTestFinished(() => bus.close());
  return { bus, slave };
}

/** Reads until the line answers again, as a poller does. */
const recovered = (bus: ModbusBus, start: number): Promise<Buffer> =>
  until(async () => (await bus.transact({ unit: 1, request: read(start) }, quick)).reply, {
    what: "the line answers again",
  });

describe("late replies (M1)", () => {
  test.each(["rtu", "rtu-over-tcp", "fake"] as const)(
    "after one late reply not one of 100 reads is another block's: %s",
    async (kind) => {
      let late = true;
      const { bus } = await line(kind, (question, device) => {
        const bytes = device.frame(trueReply(question), question.transaction);
        const delivery = late && question.start === 300 ? { bytes, after: 90 } : { bytes };
        if (question.start === 300) late = false;
        return [delivery];
      });
      await recovered(bus, 0);
      expect((await bus.transact({ unit: 1, request: read(300) }, quick)).failure?.code).toBe("E_BUS_TIMEOUT");
      for (let i = 0; i < 100; i++) {
        const start = 100 * (i % 5);
        const { reply, failure } = await bus.transact({ unit: 1, request: read(start) }, { deviceMs: 2000 });
        expect(failure).toBeUndefined();
        expect(reply?.readUInt16BE(3)).toBe(shown(1, start));
      }
      expect(bus.counters().quarantines).toBeGreaterThan(0);
      expect(bus.counters().discardedBytes).toBe(13);
    },
  );

  test("the device is asked something of another length before replies of the same length are trusted again", async () => {
    let drop = true;
    const { bus, slave } = await line("fake", (question, device) => {
      if (question.start !== 300 || !drop) return answerAll(question, device);
      drop = false;
      return [];
    });
    await recovered(bus, 0);
    await bus.transact({ unit: 1, request: read(300) }, quick);
    slave.heard.splice(0);
    expect((await bus.transact({ unit: 1, request: read(400) }, quick)).reply?.readUInt16BE(3)).toBe(shown(1, 400));
    expect(slave.heard.map(({ start, count }) => [start, count])).toEqual([
      [400, 1],
      [400, 4],
    ]);
  });

  test("another unit is asked without a probe", async () => {
    const { bus, slave } = await line("fake", (question, device) =>
      question.unit === 2 ? [] : answerAll(question, device),
    );
    await recovered(bus, 0);
    await bus.transact({ unit: 2, request: read(300) }, quick);
    slave.heard.splice(0);
    await bus.transact({ unit: 1, request: read(300) }, quick);
    expect(slave.heard).toHaveLength(1);
  });

  test("blocks with the same contents are read all the same, at the price of asking twice", async () => {
    const zeros: Script = ({ unit, functionCode, count }, device) => [
      {
        bytes: device.frame(Buffer.concat([Buffer.from([unit, functionCode, 2 * count]), Buffer.alloc(2 * count)]), 0),
      },
    ];
    const { bus } = await line("fake", zeros);
    await recovered(bus, 0);
    for (const [start, count] of [
      [100, 4],
      [200, 4],
      [300, 1],
      [400, 1],
      [500, 2],
      [600, 2],
      [0, 4],
    ] as const) {
      const { reply, failure } = await bus.transact({ unit: 1, request: read(start, count) }, { deviceMs: 2000 });
      expect(failure).toBeUndefined();
      expect(reply).toHaveLength(3 + 2 * count);
    }
  });
});

describe("transports that fail", () => {
  test("a reset is noticed at once, and the next request goes over a new connection (M4, M17)", async () => {
    let reset = false;
    const { bus, slave } = await line("tcp", (question, device) => {
      if (!reset) return answerAll(question, device);
      reset = false;
      setImmediate(() => slave.reset());
      return [];
    });
    await recovered(bus, 0);
    reset = true;
    const { failure } = await bus.transact({ unit: 1, request: read(0) }, { deviceMs: 30_000 });
    expect(failure?.code).toBe("E_BUS_CLOSED");
    expect((await bus.transact({ unit: 1, request: read(0) })).reply).toBeDefined();
    expect(slave.connections()).toBe(2);
    expect(bus.counters().rebuilds).toBe(1);
  });

  test.each([
    ["protocol id (M2)", "090900050103020000"],
    ["length (M3)", "0000ffff0103020000"],
  ])("a wrong %s costs the connection, and the line heals", async (_, header) => {
    let broken = true;
    const { bus, slave } = await line("tcp", (question, device) => {
      if (!broken || question.start !== 50) return answerAll(question, device);
      broken = false;
      const id = Buffer.from([question.transaction >> 8, question.transaction & 0xff]);
      return [{ bytes: Buffer.concat([id, Buffer.from(header, "hex")]) }];
    });
    await recovered(bus, 0);
    expect((await bus.transact({ unit: 1, request: read(50) }, { deviceMs: 30_000 })).failure?.code).toBe(
      "E_BUS_REPLY",
    );
    expect((await recovered(bus, 60)).readUInt16BE(3)).toBe(shown(1, 60));
    expect(slave.connections()).toBe(2);
  });

  test("a connection on which nobody answers is built anew", async () => {
    const { bus, slave } = await line("tcp", (question, device) =>
      slave.connections() === 1 && question.start !== 0 ? [] : answerAll(question, device),
    );
    await recovered(bus, 0);
    expect((await recovered(bus, 10)).readUInt16BE(3)).toBe(shown(1, 10));
    expect(slave.connections()).toBe(2);
    expect(bus.counters().failures.E_BUS_TIMEOUT).toBe(5);
  });

  test("a line that is not there fails as a value, and while the pause runs at once", async () => {
    const port = await freePort();
    const bus = openBus({ id: "l", transport: "tcp", host: "127.0.0.1", port }, systemClock);
    onTestFinished(() => bus.close());
    const failures = [
      await bus.transact({ unit: 1, request: read(0) }),
      await bus.transact({ unit: 1, request: read(0) }),
    ].map(({ failure }) => failure);
    expect(failures).toMatchObject([
      { code: "E_BUS_CLOSED", detail: expect.stringContaining("ECONNREFUSED") },
      { code: "E_BUS_CLOSED", detail: expect.stringContaining("next attempt") },
    ]);
  });

  test("a host that never accepts is given up and its attempt does not open later (M7)", async () => {
    // A stopped process accepts nothing; its backlog of one is full after two connections, and the kernel then answers no more.
    const code =
      'const s=require("net").createServer().listen({port:0,host:"127.0.0.1",backlog:1},()=>console.log(s.address().port))';
    const host = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void host.kill("SIGKILL"));
    const port = Number(String((await once(host.stdout, "data"))[0]));
    host.kill("SIGSTOP");
    const fillers = [1, 2, 3].map(() => connect({ port, host: "127.0.0.1" }).on("error", () => {}));
    onTestFinished(() => fillers.forEach((filler) => void filler.destroy()));
    await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, "connect")));
    const bus = openBus({ id: "l", transport: "tcp", host: "127.0.0.1", port }, systemClock, { connectMs: 50 });
    const { failure } = await bus.transact({ unit: 1, request: read(0) });
    expect(failure).toMatchObject({
      code: "E_BUS_CLOSED",
      detail: expect.stringContaining("did not accept within 50 ms"),
    });
    await bus.close();
  });

  test("closing does not wait for an attempt to connect", async () => {
    const openWire: OpenWire = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("given up"))));
    const bus = openBus({ id: "l", transport: "tcp", host: "h", port: 1 }, systemClock, { openWire });
    const asked = bus.transact({ unit: 1, request: read(0) });
    await bus.close();
    expect((await asked).failure?.code).toBe("E_BUS_CLOSED");
  });
});

test("RTU over TCP is the RTU frame with its CRC and no MBAP header (M8)", async () => {
  const sent: Buffer[] = [];
  const openWire: OpenWire = async (events) => ({
    isOpen: true,
    write: (bytes) => {
      sent.push(bytes);
      setImmediate(() => events.data(withCrc(trueReply({ unit: 1, ...read(0, 10), transaction: 0 }))));
    },
    destroy: async () => {},
  });
  const bus = openBus({ id: "l", transport: "rtu-over-tcp", host: "h", port: 1, baud: 115_200 }, systemClock, {
    openWire,
  });
  onTestFinished(() => bus.close());
  expect((await bus.transact({ unit: 1, request: read(0, 10) }, quick)).reply).toBeDefined();
  expect(sent.map((bytes) => bytes.toString("hex"))).toEqual(["01030000000ac5cd"]);
});

test("a request waits for t3.5 of silence after the last byte, its own reply's or a stranger's (P7)", async () => {
  const gapMs = 3.5 * (11_000 / 2400);
  let lastByteAt = 0;
  const gaps: number[] = [];
  const openWire: OpenWire = async (events) => ({
    isOpen: true,
    write: () => {
      if (lastByteAt > 0) gaps.push(performance.now() - lastByteAt);
      setImmediate(() => {
        events.data(withCrc(trueReply({ unit: 1, ...read(0), transaction: 0 })));
        setImmediate(() => {
          // Before the byte is handed over: whatever comes between only makes the gap that is seen longer.
          lastByteAt = performance.now();
          events.data(Buffer.from([0xff]));
        });
      });
    },
    destroy: async () => {},
  });
  const bus = openBus({ id: "l", transport: "rtu-over-tcp", host: "h", port: 1, baud: 2400 }, systemClock, {
    openWire,
  });
  onTestFinished(() => bus.close());
  for (let i = 0; i < 5; i++) await bus.transact({ unit: 1, request: read(0) }, quick);
  expect(gaps).toHaveLength(4);
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(gapMs);
});

test("the deadline counts from the moment the bytes were passed on (P6)", async () => {
  const openWire: OpenWire = async (events) => ({
    isOpen: true,
    write: (_bytes, drained) => {
      // An adapter that holds the request for longer than the whole deadline, and a device that then answers at once.
      setTimeout(drained, 15);
      setTimeout(() => events.data(withCrc(trueReply({ unit: 1, ...read(0), transaction: 0 }))), 50);
    },
    destroy: async () => {},
  });
  const rtu = {
    id: "l",
    transport: "rtu",
    path: "p",
    baud: 115_200,
    parity: "none",
    dataBits: 8,
    stopBits: 1,
  } as const;
  const bus = openBus(rtu, systemClock, { openWire, marginMs: 20 });
  onTestFinished(() => bus.close());
  expect((await bus.transact({ unit: 1, request: read(0) }, quick)).failure).toBeUndefined();
});
