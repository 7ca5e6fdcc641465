import fc from "fast-check";
import { expect, test } from "vitest";
import { AskedDriver } from "../../drivers/asked.ts";
import type { Driver, Exchange, Poll, RegisterRead } from "../../drivers/driver.ts";
import type { ModbusBus } from "../../drivers/modbus/bus.ts";
import { modbusDriver } from "../../drivers/modbus/driver.ts";
import { isInRegister, type ModbusProfile, profileFile } from "../../drivers/profile.ts";
import { fakeClock } from "../support/clock.ts";
import { exceptionReply, shown, trueReply } from "./modbus/slave.ts";
import { answers, refuses, scriptedLine, silentFor, word } from "./scripted.ts";

// A device that does not have some of the registers, and refuses each request that touches one of them (exception 2).

const clock = fakeClock();
const instantly = { ...clock, sleepUntil: async () => {} };

test("a block that is refused is divided once, and what works is remembered", async () => {
  const { bus, words } = scriptedLine(instantly, (question) => (question.includes("c") ? refuses(2) : answers));
  const driver = new AskedDriver(bus, [word("xy"), word("abcd"), word("z")], 500, instantly);
  const before = driver.reads;
  const first = await driver.poll();
  expect(words()).toEqual(["xy", "abcd", "ab", "cd", "c", "d", "z"]);
  expect(first.reads).toEqual(["xy", "ab", "c", "d", "z"]);
  expect(first.exchanges).toHaveLength(5);
  expect(driver.reads).not.toBe(before);
  const second = await driver.poll();
  expect(words()).toEqual(["xy", "ab", "c", "d", "z"]);
  expect(second.reads).toBe(first.reads);
  expect(second.samples).toEqual(first.samples);
});

test("where no part is answered nothing changes, and it is not tried again before the block is answered", async () => {
  let has = "";
  const { bus, words } = scriptedLine(instantly, (question) =>
    [...question].every((letter) => has.includes(letter)) ? answers : refuses(2),
  );
  const driver = new AskedDriver(bus, [word("abc")], 500, instantly);
  const { reads } = driver;
  const { samples } = await driver.poll();
  expect(samples).toMatchObject(["a", "b", "c"].map((point) => ({ point, failure: { exception: 2 } })));
  expect(words()).toEqual(["abc", "ab", "a", "b", "c"]);
  await driver.poll();
  expect(words()).toEqual(["abc"]);
  expect(driver.reads).toBe(reads);
  has = "abc";
  await driver.poll();
  has = "ab";
  await driver.poll();
  expect(words()).toEqual(["abc", "abc", "ab", "c"]);
  expect(driver.reads).toEqual(["ab", "c"]);
});

test("a part that is merely not answered is no reason to give the division up", async () => {
  let lost = true;
  const { bus, words } = scriptedLine(instantly, (question) =>
    question.length > 1 ? refuses(2) : lost ? silentFor(100) : answers,
  );
  const driver = new AskedDriver(bus, [word("ab")], 500, instantly);
  await driver.poll();
  expect(driver.reads).toEqual(["ab"]);
  lost = false;
  await driver.poll();
  expect(driver.reads).toEqual(["a", "b"]);
  expect(words()).toEqual(["ab", "a", "b", "ab", "a", "b"]);
});

test.each([1, 3, 4, 6])("exception %i divides nothing", async (exception) => {
  const { bus } = scriptedLine(instantly, () => refuses(exception));
  const driver = new AskedDriver(bus, [word("abcd")], 500, instantly);
  await driver.poll();
  expect(driver.reads).toEqual(["abcd"]);
});

/** A Modbus device without the registers of `missing`. */
function lacking(missing: ReadonlySet<number>): ModbusBus {
  const at = instantly.now();
  return {
    line: "scripted",
    transact: async ({ unit, request }): Promise<Exchange> => {
      const question = { unit, transaction: 0, ...(request as RegisterRead) };
      const touched = Array.from({ length: question.count }, (_, i) => question.start + i);
      if (!touched.some((register) => missing.has(register)))
        return { reply: trueReply(question), sent: at, received: at };
      const failure = { code: "E_BUS_EXCEPTION", detail: "", exception: 2 } as const;
      return { reply: exceptionReply(question, 2), failure, sent: at, received: at };
    },
    counters: () => ({ requests: 0, replies: 0, failures: {}, discardedBytes: 0, quarantines: 0, rebuilds: 0 }),
    close: async () => {},
  };
}

const value = { quantity: "x", unit: "1", places: 0, source: "made up" };
/** Values and settings one after the other, each of one or two registers, some with a gap before them. */
const widths = fc.array(fc.record({ width: fc.constantFrom(1, 2), gap: fc.nat(2) }), { minLength: 1, maxLength: 12 });
function profileOf(shape: readonly { width: number; gap: number }[], settings: number): ModbusProfile {
  let next = 0;
  const points = shape.map(({ width, gap }, i) => {
    const at = next + gap;
    next = at + width;
    return { id: `p${i}`, at: `holding:${at}`, type: width === 1 ? "uint16" : "uint32", ...value };
  });
  const some = Math.min(settings, points.length - 1);
  const [values, rest] = [points.slice(0, points.length - some), points.slice(points.length - some)];
  const file = { name: "A device", maker: "Test", model: "One", source: "made up", protocol: "modbus" };
  const parsed = profileFile.parse({ ...file, limits: { maxGap: 1, maxRegisters: 8 }, points: values, settings: rest });
  return { id: "test/device", ...parsed } as ModbusProfile;
}

const codes = ({ samples }: Poll): Record<string, unknown> =>
  Object.fromEntries(
    samples.map((sample) => [sample.point, "failure" in sample ? sample.failure.exception : sample.raw]),
  );

test("of any registers that are missing, the values beside them are read and those on them are refused", async () => {
  await fc.assert(
    fc.asyncProperty(widths, fc.nat(4), fc.uniqueArray(fc.nat(40)), async (shape, settings, registers) => {
      const missing = new Set(registers);
      const profile = profileOf(shape, settings);
      const driver: Driver = modbusDriver(lacking(missing), 1, profile, instantly);
      const expected = Object.fromEntries(
        [...profile.points, ...profile.settings].filter(isInRegister).map(({ id, at: { address }, type }) => {
          const places = type === "uint16" ? [address] : [address, address + 1];
          const raw = places.reduce((high, place) => high * 65_536 + shown(1, place), 0);
          return [id, places.some((place) => missing.has(place)) ? 2 : raw];
        }),
      );
      const first = await driver.poll({ settings: true });
      expect(codes(first)).toEqual(expected);
      expect(first.reads).toHaveLength(first.exchanges.length);
      expect(codes(await driver.poll({ settings: true }))).toEqual(expected);
      expect(driver.reads).toBe(first.reads);
      // Settings that were divided are still settings.
      const values = Object.fromEntries(profile.points.map(({ id }) => [id, expected[id]]));
      expect(codes(await driver.poll())).toEqual(values);
    }),
    { numRuns: 500 },
  );
});
