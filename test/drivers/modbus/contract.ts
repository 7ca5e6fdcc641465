import { describe, expect, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import type { ReadRequest, RegisterRead } from "../../../drivers/driver.ts";
import { type ModbusBus, openBus } from "../../../drivers/modbus/bus.ts";
import {
  answerAll,
  exceptionReply,
  isAscii,
  isHeaded,
  type Kind,
  type Script,
  type Slave,
  shown,
  startSlave,
  trueReply,
} from "./slave.ts";

const read = (start: number, count = 4): RegisterRead => ({ functionCode: 3, start, count });
const greeting = read(60_000);
const quick = { deviceMs: 20 };
const patient = { deviceMs: 5000 };

/** Bytes of the reply with four registers. */
const replyOfFour = (kind: Kind): number => (isHeaded(kind) ? 17 : isAscii(kind) ? 27 : 13);

/** What every Bus promises, whatever line it is on. */
export function busContract(kind: Kind): void {
  const set = async (script: Script): Promise<{ bus: ModbusBus; slave: Slave }> => {
    const slave = await startSlave(kind, (question, device) =>
      (question.start >= greeting.start ? answerAll : script)(question, device),
    );
    const bus = openBus(slave.settings, systemClock, { marginMs: 20, ...slave.options });
    // A new RTU line is silent for one deadline of its first request: a short one, so that a patient request need not wait for it.
    while ((await bus.transact({ unit: 1, request: greeting }, quick)).reply === undefined);
    slave.heard.splice(0);
    return { slave, bus };
  };
  /** Starts a device that keeps silent, and resolves once it was asked. */
  const setSilent = async (): Promise<{ bus: ModbusBus; asked: Promise<void> }> => {
    let tell = (): void => {};
    const asked = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const { bus } = await set(() => {
      tell();
      return [];
    });
    return { bus, asked };
  };

  describe(`${kind} is a Bus`, () => {
    test("returns the reply as it was on the wire, with both times", async () => {
      const { bus } = await set(answerAll);
      const exchange = await bus.transact({ unit: 7, request: read(100) }, patient);
      expect(exchange.failure).toBeUndefined();
      expect(exchange.received.mono).toBeGreaterThanOrEqual(exchange.sent.mono);
      expect(bus.counters()).toMatchObject({ replies: 2, rebuilds: 0 });
      await bus.close();
    });

    test.each([1, 2, 3, 4] as const)("reads with function %i", async (functionCode) => {
      const { bus } = await set(answerAll);
      const request = { functionCode, start: 3, count: 13 };
      const exchange = await bus.transact({ unit: 1, request }, patient);
      expect(exchange.reply).toEqual(trueReply({ unit: 1, ...request, transaction: 0 }));
      await bus.close();
    });

    test("serves one request at a time, in order, whatever the unit (M10, M11)", async () => {
      let busy = 0;
      let most = 0;
      const { bus, slave } = await set((question, device) => {
        most = Math.max(most, ++busy);
        const bytes = device.frame(trueReply(question), question.transaction);
        queueMicrotask(() => busy--);
        return [{ bytes, after: 2 }];
      });
      const asked = Array.from({ length: 12 }, (_, i) => ({ unit: 1 + (i % 3), request: read(10 * i) }));
      const all = await Promise.all(asked.map(({ unit, request }) => bus.transact({ unit, request }, patient)));
      expect(most).toBe(1);
      expect(slave.heard.map(({ unit, start }) => [unit, start])).toEqual(asked.map((a) => [a.unit, a.request.start]));
      expect(all.map(({ reply }) => reply?.readUInt16BE(3))).toEqual(asked.map((a) => shown(a.unit, a.request.start)));
      await bus.close();
    });

    test("reports E_BUS_TIMEOUT as a value and serves the next request (M5)", async () => {
      let silent = true;
      const { bus } = await set((question, device) => (silent ? [] : answerAll(question, device)));
      const first = await bus.transact({ unit: 1, request: read(0) }, quick);
      expect(first.failure?.code).toBe("E_BUS_TIMEOUT");
      expect(first.reply).toBeUndefined();
      silent = false;
      const second = await bus.transact({ unit: 1, request: read(0) }, quick);
      expect(second.reply?.readUInt16BE(3)).toBe(shown(1, 0));
      await bus.close();
    });

    test("reports an exception with its reply", async () => {
      const { bus } = await set((question, device) => [
        { bytes: device.frame(exceptionReply(question, 6), question.transaction) },
      ]);
      const exchange = await bus.transact({ unit: 1, request: read(0) }, patient);
      expect(exchange.failure).toMatchObject({ code: "E_BUS_EXCEPTION", exception: 6 });
      expect(exchange.reply).toEqual(Buffer.from([1, 0x83, 6]));
      await bus.close();
    });

    test("takes no reply and no exception of another unit (M2)", async () => {
      const { bus } = await set((question, device) => [
        {
          bytes: device.frame(
            question.start === 0 ? exceptionReply({ ...question, unit: 77 }, 2) : trueReply({ ...question, unit: 77 }),
            question.transaction,
          ),
        },
      ]);
      for (const start of [0, 100]) {
        const exchange = await bus.transact({ unit: 1, request: read(start) }, quick);
        expect(exchange.failure?.code).toBe("E_BUS_REPLY");
        expect(exchange.reply).toBeUndefined();
      }
      await bus.close();
    });

    test("takes no reply of another function or length", async () => {
      const { bus } = await set((question, device) => [
        {
          bytes: device.frame(
            trueReply(question.start === 0 ? { ...question, functionCode: 4 } : { ...question, count: 5 }),
            question.transaction,
          ),
        },
      ]);
      expect((await bus.transact({ unit: 1, request: read(0) }, quick)).failure?.code).toBe("E_BUS_REPLY");
      expect((await bus.transact({ unit: 1, request: read(100) }, quick)).failure?.code).toBe("E_BUS_REPLY");
      await bus.close();
    });

    if (kind === "udp")
      test("throws away a datagram that is no frame, and takes the one that is", async () => {
        const { bus } = await set((question, device) => {
          const bytes = device.frame(trueReply(question), question.transaction);
          return [{ bytes: bytes.subarray(0, 9) }, { bytes: Buffer.concat([bytes, bytes]) }, { bytes }];
        });
        expect((await bus.transact({ unit: 1, request: read(40) }, patient)).reply?.readUInt16BE(3)).toBe(shown(1, 40));
        expect(bus.counters()).toMatchObject({ discardedBytes: 9 + 2 * 17, rebuilds: 0 });
        await bus.close();
      });
    else
      test("takes a reply that comes byte by byte (M9)", async () => {
        const { bus } = await set((question, device) =>
          Array.from(device.frame(trueReply(question), question.transaction), (byte) => ({
            bytes: Buffer.from([byte]),
            after: 1,
          })),
        );
        expect((await bus.transact({ unit: 1, request: read(40) }, patient)).reply?.readUInt16BE(3)).toBe(shown(1, 40));
        await bus.close();
      });

    test("discards and counts what comes while nothing is pending", async () => {
      const { bus } = await set((question, device) => {
        const bytes = device.frame(trueReply(question), question.transaction);
        return kind === "udp" ? [{ bytes }, { bytes }] : [{ bytes: Buffer.concat([bytes, bytes]) }];
      });
      const before = bus.counters().discardedBytes;
      const exchange = await bus.transact({ unit: 1, request: read(0) }, patient);
      expect(exchange.reply).toBeDefined();
      await bus.transact({ unit: 1, request: greeting }, patient);
      expect(bus.counters().discardedBytes - before).toBe(replyOfFour(kind));
      await bus.close();
    });

    test("sends nothing that writes and nothing beyond the limits (M12, M13)", async () => {
      const { bus, slave } = await set(answerAll);
      const refused = [
        ...[0, 5, 6, 7, 8, 11, 15, 16, 20, 21, 22, 23, 24, 43, 64, 65, 73, 99, 100, 111, 131].map((functionCode) => ({
          functionCode,
          start: 0,
          count: 1,
        })),
        ...[0, -1, 1.5, 126, Number.NaN].map((count) => ({ functionCode: 3, start: 0, count })),
        ...[0, 2001].map((count) => ({ functionCode: 1, start: 0, count })),
        ...[-1, 65_536, 65_533].map((start) => ({ functionCode: 4, start, count: 4 })),
      ] as RegisterRead[];
      for (const request of refused)
        expect((await bus.transact({ unit: 1, request })).failure?.code, JSON.stringify(request)).toBe("E_BUS_REFUSED");
      expect((await bus.transact({ unit: 300, request: read(0) })).failure?.code).toBe("E_BUS_REFUSED");
      expect(
        (await bus.transact({ unit: 1, request: { functionCode: 3, start: 65_532, count: 4 } }, patient)).reply,
      ).toBeDefined();
      expect(slave.heard).toHaveLength(1);
      await bus.close();
    });

    const askedFor = [
      [{ functionCode: 17 }, "01 11", "01 11 05 2a ff 4d 41 52"],
      [{ functionCode: 43, access: 1, object: 0 }, "01 2b 0e 01 00", "01 2b 0e 01 01 00 00 01 00 04 53 49 43 4b"],
      [{ functionCode: 0x66, data: "009d", replyBytes: 6 }, "01 66 00 9d", "01 66 2c 00 00 00 80 3f"],
    ] as const satisfies readonly (readonly [ReadRequest, string, string])[];
    test.each(askedFor)("asks %o", async (request, question, reply) => {
      const { bus, slave } = await set(() => []);
      slave.answer(Buffer.from(question.replaceAll(" ", ""), "hex"), Buffer.from(reply.replaceAll(" ", ""), "hex"));
      const exchange = await bus.transact({ unit: 1, request }, patient);
      expect(exchange.failure).toBeUndefined();
      expect(exchange.reply?.toString("hex")).toBe(reply.replaceAll(" ", ""));
      slave.answer(Buffer.from(question.replaceAll(" ", ""), "hex"), Buffer.from([1, request.functionCode | 0x80, 1]));
      expect((await bus.transact({ unit: 1, request }, patient)).failure).toMatchObject({
        code: "E_BUS_EXCEPTION",
        exception: 1,
      });
      await bus.close();
    });

    test("sends no function of a maker's own that is no short question with a known answer", async () => {
      const { bus, slave } = await set(answerAll);
      const refused = [
        { functionCode: 0x66, data: "009", replyBytes: 4 },
        { functionCode: 0x66, data: "xyzw", replyBytes: 4 },
        { functionCode: 0x66, data: "00".repeat(17), replyBytes: 4 },
        { functionCode: 0x66, data: "009d", replyBytes: 0 },
        { functionCode: 0x66, data: "009d", replyBytes: 253 },
        { functionCode: 43, access: 5, object: 0 },
        { functionCode: 43, access: 1, object: 256 },
        { functionCode: 16, data: "0000000102002a", replyBytes: 4 },
      ] as unknown as ReadRequest[];
      for (const request of refused)
        expect((await bus.transact({ unit: 1, request })).failure?.code, JSON.stringify(request)).toBe("E_BUS_REFUSED");
      expect(slave.heard).toEqual([]);
      await bus.close();
    });

    test("settles what is pending and what is queued when aborted", async () => {
      const { bus, asked } = await setSilent();
      const stop = new AbortController();
      const pending = [0, 1, 2].map((i) =>
        bus.transact({ unit: 1, request: read(i) }, { ...patient, signal: stop.signal }),
      );
      await asked;
      stop.abort();
      for (const { failure } of await Promise.all(pending)) expect(failure?.code).toBe("E_BUS_ABORTED");
      expect((await bus.transact({ unit: 1, request: read(0) }, { signal: stop.signal })).failure?.code).toBe(
        "E_BUS_ABORTED",
      );
      await bus.close();
    });

    test("settles what is pending and what is queued when closed (M4, M16)", async () => {
      const { bus, asked } = await setSilent();
      const pending = [0, 1, 2].map((i) => bus.transact({ unit: 1, request: read(i) }, patient));
      await asked;
      await bus.close();
      for (const { failure } of await Promise.all(pending)) expect(failure?.code).toBe("E_BUS_CLOSED");
      expect((await bus.transact({ unit: 1, request: read(0) })).failure?.code).toBe("E_BUS_CLOSED");
      await bus.close();
    });
  });
}
