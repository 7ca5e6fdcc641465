import { describe, expect, test } from "vitest";
import type { Bus } from "../../../drivers/driver.ts";
import type { LineOptions } from "../../../drivers/line/settings.ts";
import { type Device, type DeviceOptions, type Script, startDevice, type Where } from "./device.ts";
import type { Tongue } from "./tongue.ts";

const quick = { deviceMs: 20 };
const patient = { deviceMs: 5000 };

/** What every bus promises whose devices are asked one by one, whatever they speak. */
export function lineContract<Q>(where: Where, tongue: Tongue<Q>): void {
  const { greeting, heardAs, reply, kept } = tongue;
  const [first, second] = tongue.questions as readonly [Q, Q];
  const truth = (question: Q): Buffer => kept(reply(heardAs(question), 0));
  const answerAll: Script = (heard) => [{ bytes: reply(heard, 0) }];
  const set = async (script: Script, options: DeviceOptions = {}): Promise<{ bus: Bus<Q>; device: Device }> => {
    const host = heardAs(greeting).unit;
    const device = await startDevice(
      where,
      tongue.cut,
      (heard) => (heard.unit === host ? answerAll : script)(heard),
      options,
    );
    const bus = tongue.open(device, { marginMs: 20 } satisfies LineOptions);
    // A new line is silent for one deadline of its first question: a short one, so that a patient question need not wait for it.
    await greet(bus);
    device.heard.splice(0);
    return { bus, device };
  };
  const greet = async (bus: Bus<Q>): Promise<void> => {
    while ((await bus.transact(greeting, quick)).reply === undefined);
  };
  /** Devices that keep silent, and the moment at which one was asked. */
  const setSilent = async (): Promise<{ bus: Bus<Q>; device: Device; asked: Promise<void> }> => {
    const { promise, resolve } = later();
    const set_ = await set(() => {
      resolve();
      return [];
    });
    return { ...set_, asked: promise };
  };

  describe(`${tongue.name} on ${where} is a Bus`, () => {
    test("returns every reply as it was on the wire, with both times", async () => {
      const { bus } = await set(answerAll);
      for (const question of tongue.questions) {
        const exchange = await bus.transact(question, patient);
        expect(exchange.failure).toBeUndefined();
        expect(exchange.reply).toEqual(truth(question));
        expect(tongue.tells(question, exchange.reply as Buffer)).toBe(true);
        expect(exchange.received.mono).toBeGreaterThanOrEqual(exchange.sent.mono);
      }
      expect(bus.counters().rebuilds).toBe(0);
      await bus.close();
    });

    test("serves one question at a time, in order, whatever the device", async () => {
      const answered: number[] = [];
      const { bus, device } = await set((heard) => {
        answered.push(device.heard.length);
        return [{ bytes: reply(heard, device.heard.length), after: 2 }];
      });
      const asked = [...tongue.questions, ...tongue.questions];
      let settled = 0;
      const all = await Promise.all(
        asked.map(async (question, i) => {
          const exchange = await bus.transact(question, patient);
          expect(settled++).toBe(i);
          // Nothing beyond the next question was sent before this one was settled.
          expect(device.heard.length).toBeLessThanOrEqual(i + 2);
          return exchange;
        }),
      );
      expect(device.heard).toEqual(asked.map(heardAs));
      expect(answered).toEqual(asked.map((_, i) => i + 1));
      expect(all.map((exchange) => exchange.reply)).toEqual(
        asked.map((question, i) => kept(reply(heardAs(question), i + 1))),
      );
      await bus.close();
    });

    test("reports E_BUS_TIMEOUT as a value, keeps the line silent, and serves the next question", async () => {
      let silent = true;
      const { bus } = await set((heard) => (silent ? [] : answerAll(heard)));
      const before = bus.counters().quarantines;
      const exchange = await bus.transact(first, quick);
      expect(exchange.failure?.code).toBe("E_BUS_TIMEOUT");
      expect(exchange.reply).toBeUndefined();
      expect(bus.counters().quarantines).toBe(before + 1);
      silent = false;
      expect((await bus.transact(first, patient)).reply).toEqual(truth(first));
      await bus.close();
    });

    test("discards a late reply and never takes it for that of another device", async () => {
      const { bus } = await set((heard) =>
        heard.unit === heardAs(first).unit ? [{ bytes: reply(heard, 0), after: 120 }] : answerAll(heard),
      );
      const before = bus.counters().discardedBytes;
      const [late, other] = await Promise.all([bus.transact(first, quick), bus.transact(second, patient)]);
      expect(late.failure?.code).toBe("E_BUS_TIMEOUT");
      expect(other.reply).toEqual(truth(second));
      expect(bus.counters().discardedBytes - before).toBeGreaterThanOrEqual(kept(reply(heardAs(first), 0)).length);
      await bus.close();
    });

    test("reports a refusal with its reply", async () => {
      const { bus } = await set((heard) => [{ bytes: tongue.refusal(heard) }]);
      const exchange = await bus.transact(first, patient);
      expect(exchange.failure?.code).toBe("E_BUS_EXCEPTION");
      expect(exchange.reply).toEqual(kept(tongue.refusal(heardAs(first))));
      await bus.close();
    });

    test("takes no refusal of another device", async () => {
      const { bus } = await set(() => [{ bytes: tongue.refusal(heardAs(second)) }]);
      expect((await bus.transact(first, quick)).failure?.code).toBe("E_BUS_REPLY");
      await bus.close();
    });

    test("takes no frame that answers something else, and waits for the one that answers", async () => {
      let only = true;
      const { bus } = await set((heard) => [
        { bytes: tongue.stranger(heard) },
        ...(only ? [] : [{ bytes: reply(heard, 0) }]),
      ]);
      const exchange = await bus.transact(first, quick);
      expect(exchange.failure?.code).toBe("E_BUS_REPLY");
      expect(exchange.reply).toBeUndefined();
      only = false;
      expect((await bus.transact(second, patient)).reply).toEqual(truth(second));
      await bus.close();
    });

    const { spoilt } = tongue;
    if (spoilt !== undefined)
      test("reports a wrong checksum as E_BUS_CHECKSUM", async () => {
        const { bus } = await set((heard) => [{ bytes: spoilt(reply(heard, 0)) }]);
        const exchange = await bus.transact(first, patient);
        expect(exchange.failure?.code).toBe("E_BUS_CHECKSUM");
        expect(exchange.reply).toBeUndefined();
        await bus.close();
      });

    test("takes a reply that comes byte by byte", async () => {
      const { bus } = await set((heard) =>
        Array.from(reply(heard, 0), (byte) => ({ bytes: Buffer.from([byte]), after: 1 })),
      );
      expect((await bus.transact(first, patient)).reply).toEqual(truth(first));
      await bus.close();
    });

    test("takes a reply with stray bits before it", async () => {
      const { bus } = await set((heard) => [{ bytes: Buffer.from([0xff, 0, 0xfe]) }, { bytes: reply(heard, 0) }]);
      expect((await bus.transact(first, patient)).reply).toEqual(truth(first));
      await bus.close();
    });

    test("passes over its own questions, given back by a converter", async () => {
      const { bus } = await set(answerAll, { echo: true });
      for (const question of tongue.questions)
        expect((await bus.transact(question, patient)).reply).toEqual(truth(question));
      await bus.close();
    });

    test("discards and counts what comes while nothing is pending", async () => {
      const { bus } = await set((heard) => [{ bytes: Buffer.concat([reply(heard, 0), reply(heard, 0)]) }]);
      const before = bus.counters().discardedBytes;
      expect((await bus.transact(first, patient)).reply).toEqual(truth(first));
      await greet(bus);
      expect(bus.counters().discardedBytes - before).toBeGreaterThanOrEqual(reply(heardAs(first), 0).length);
      await bus.close();
    });

    test("puts nothing on the wire but the reads that were asked for", async () => {
      const { bus, device } = await set(answerAll);
      const before = device.bytes().length;
      for (const question of tongue.refused)
        expect((await bus.transact(question)).failure?.code, JSON.stringify(question)).toBe("E_BUS_REFUSED");
      for (const question of tongue.questions) await bus.transact(question, patient);
      expect(device.bytes().subarray(before)).toEqual(Buffer.concat(tongue.questions.map(tongue.asked)));
      await bus.close();
    });

    test("settles what is pending and what is queued when aborted", async () => {
      const { bus, asked } = await setSilent();
      const stop = new AbortController();
      const options = { ...patient, signal: stop.signal };
      const pending = [first, second, first].map((question) => bus.transact(question, options));
      await asked;
      stop.abort();
      for (const { failure } of await Promise.all(pending)) expect(failure?.code).toBe("E_BUS_ABORTED");
      expect((await bus.transact(first, options)).failure?.code).toBe("E_BUS_ABORTED");
      await bus.close();
    });

    test("settles what is pending and what is queued when closed", async () => {
      const { bus, asked } = await setSilent();
      const pending = [first, second, first].map((question) => bus.transact(question, patient));
      await asked;
      await bus.close();
      for (const { failure } of await Promise.all(pending)) expect(failure?.code).toBe("E_BUS_CLOSED");
      expect((await bus.transact(first)).failure?.code).toBe("E_BUS_CLOSED");
      await bus.close();
    });

    // A pseudo-terminal that hung up does not come back under its name.
    if (where !== "pty")
      test("builds a transport that was reset anew", async () => {
        const { bus, device, asked } = await setSilent();
        const pending = bus.transact(first, { deviceMs: 300 });
        await asked;
        device.reset();
        expect((await pending).failure?.code).toBe("E_BUS_CLOSED");
        await greet(bus);
        expect(bus.counters().rebuilds).toBeGreaterThanOrEqual(1);
        await bus.close();
      });
  });
}

function later(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
