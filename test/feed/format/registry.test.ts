import fc from "fast-check";
import { expect, test } from "vitest";
import { checkEpoch, keysFor, unbounded } from "../../../feed/format/epoch.ts";
import { checkSerial, openRegister, type Register, seenOf, signRegister } from "../../../feed/format/registry.ts";
import { testSigner, witness } from "./sample-log.ts";

const registry = testSigner("reg.test.example", 1);
const stranger = testSigner("reg.other.example", 1);
const keyOf = (origin: string) => testSigner(origin, 1).vkey;
const text32 = (fill: number): string => Buffer.alloc(32, fill).toString("base64");

const register = (serial: number, logs: Register["logs"] = []): Register => ({
  serial,
  t: "2026-10-01T00:00:00.000Z",
  key: registry.vkey,
  policy: { logs: [], witnesses: [{ label: "W1", vkey: witness.vkey }], groups: [], quorum: "W1" },
  logs,
});

const size = fc.nat({ max: 2 ** 40 });
const succession = fc.option(
  fc.record({
    origin: fc.constantFrom("o/1", "o/2"),
    size,
    root: fc.constant(text32(1)),
    auth: fc.constant(text32(2)),
  }),
);
const logs = fc.uniqueArray(
  fc.record({
    origin: fc.constantFrom("a/1", "b/1", "c/1", "d/1"),
    gateway: fc.constantFrom("g1", "g2"),
    genesis: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
    epochs: fc.array(fc.record({ from: size, to: fc.option(size), revoked: fc.boolean() }), {
      minLength: 1,
      maxLength: 3,
    }),
    after: succession,
    next: succession,
  }),
  { selector: ({ origin }) => origin },
);

test("what R signed reads as it was, whatever it registers", () => {
  fc.assert(
    fc.property(logs, fc.integer({ min: 1, max: 2 ** 40 }), (rows, serial) => {
      const whole = register(
        serial,
        rows.map(({ epochs, ...log }) => ({
          ...log,
          keys: epochs.map((epoch) => ({ ...epoch, vkey: keyOf(log.origin) })),
        })),
      );
      const read = openRegister(signRegister(whole, registry), registry.vkey);
      expect(read).toEqual({ ok: true, value: whole });
    }),
    { numRuns: 50 },
  );
});

test("a register of another key, or changed by one byte, is REG_SIG", () => {
  const log = {
    origin: "a/1",
    gateway: "g1",
    genesis: Buffer.alloc(32),
    keys: [unbounded(keyOf("a/1"))],
    after: null,
    next: null,
  };
  const raw = signRegister(register(3, [log]), registry);
  const refused = { ok: false, problem: { code: "REG_SIG" } };
  expect(openRegister(raw, stranger.vkey)).toMatchObject(refused);
  // Without a key only its wholeness is shown: who signed it is for the reader to compare.
  expect(openRegister(signRegister(register(3), stranger))).toMatchObject({ value: { key: stranger.vkey } });
  fc.assert(
    fc.property(fc.nat({ max: raw.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(raw);
      changed[at] = (changed[at] as number) ^ flip;
      const read = openRegister(changed, registry.vkey);
      // Base64 that means the same does not exist (2.8), and a name in the signature line makes it another's line.
      expect(read).toMatchObject(refused);
    }),
    { numRuns: 300 },
  );
});

test("nothing throws or is taken for a register", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(openRegister(Buffer.from(bytes)).ok).toBe(false);
    }),
  );
  const doubled = register(
    1,
    [1, 2].map(() => ({
      origin: "a/1",
      gateway: "g1",
      genesis: Buffer.alloc(32),
      keys: [unbounded(keyOf("a/1"))],
      after: null,
      next: null,
    })),
  );
  expect(openRegister(signRegister(doubled, registry))).toMatchObject({ problem: { code: "REG_SIG" } });
  const foreign = register(1, [
    {
      origin: "a/1",
      gateway: "g1",
      genesis: Buffer.alloc(32),
      keys: [unbounded(keyOf("b/1"))],
      after: null,
      next: null,
    },
  ]);
  expect(openRegister(signRegister(foreign, registry))).toMatchObject({ problem: { code: "REG_SIG" } });
});

test("no earlier register is used after a later one, nor another of the same serial", () => {
  const seen = (serial: number, t = "2026-10-01T00:00:00.000Z") => {
    const one = { ...register(serial), t };
    return seenOf(one, signRegister(one, registry));
  };
  expect(checkSerial(seen(1), undefined)).toBeUndefined();
  expect(checkSerial(seen(3), seen(2))).toBeUndefined();
  expect(checkSerial(seen(2), seen(2))).toBeUndefined();
  expect(checkSerial(seen(2), seen(3))?.code).toBe("REG_ROLLBACK");
  expect(checkSerial(seen(2, "2026-10-02T00:00:00.000Z"), seen(2))?.code).toBe("REG_ROLLBACK");
});

test("a key signs the trees of its epoch and no other; one that covers the size is enough", () => {
  const [old, next, later] = ["a/1", "b/1", "c/1"].map(keyOf) as [
    ReturnType<typeof keyOf>,
    ReturnType<typeof keyOf>,
    ReturnType<typeof keyOf>,
  ];
  const epochs = [
    { vkey: old, from: 0, to: 10, revoked: false },
    { vkey: next, from: 10, to: 20, revoked: true },
  ];
  const code = (by: readonly (typeof old)[], size: number) => checkEpoch(epochs, by, size)?.code;
  expect([code([old], 0), code([old], 10), code([old], 11)]).toEqual([undefined, undefined, "KEY_EPOCH"]);
  expect([code([next], 9), code([next], 10), code([next], 20), code([next], 21)]).toEqual([
    "KEY_EPOCH",
    undefined,
    undefined,
    "KEY_REVOKED",
  ]);
  expect([code([old, next], 10), code([old, next], 15), code([later], 1)]).toEqual([undefined, undefined, "KEY_EPOCH"]);
  expect([keysFor(epochs, 10), keysFor(epochs, 11), keysFor(epochs, 21)]).toEqual([[old, next], [next], []]);
});
