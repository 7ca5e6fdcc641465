import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeConfiguration, decodeValue } from "../../../drivers/dcon/decode.ts";
import { DconFraming } from "../../../drivers/dcon/framing.ts";
import { encodeCommand, type ModuleQuestion, type ModuleRequest } from "../../../drivers/dcon/request.ts";
import type { Heard as HeardOf } from "../../../drivers/line/dialect.ts";
import { dconReader } from "../../../simulator/wire/dcon.ts";

type Heard = HeardOf<ModuleQuestion>;
const all: ModuleRequest = { read: "all", values: 8, form: "decimal" };
const one: ModuleRequest = { read: "channel", channel: 0, form: "decimal" };

const ask = (framing: DconFraming, unit: number, request: ModuleRequest, at = 0, summed = false): ModuleQuestion => {
  const asked = { unit, request, at, until: at + 100 };
  framing.ask(asked, encodeCommand(unit, request, summed));
  return asked;
};
const hear = (framing: DconFraming, text: string, now = 0): Heard | undefined =>
  framing.hear(Buffer.from(text, "latin1"), now);
const textOf = (heard: Heard | undefined): string => (heard?.is === "reply" ? heard.frame.toString("latin1") : "");

/** The reply of the simulated module, in its own words. */
const wrapped = (unit: number, request: ModuleRequest, reply: string, checksum: boolean, spoil = false): Buffer => {
  const [command] = dconReader(checksum).push(encodeCommand(unit, request, checksum)).requests;
  if (command === undefined) throw new Error("not understood");
  return spoil ? command.spoil(unit, Buffer.from(reply)) : command.wrap(unit, Buffer.from(reply));
};

/** Replies as manuals print them: request, reply, values or what else it says. */
const adam = "ADAM-4000 user manual, 5";
const icp = "ICP DAS I-7011/I-7018 manual (B&B), 2.3";
const eight = ">+7.2111+7.2567+7.3125+7.1000+7.4712+7.2555+7.1234+7.5678";
test.each([
  [adam, 0x21, all, eight, [7.2111, 7.2567, 7.3125, 7.1, 7.4712, 7.2555, 7.1234, 7.5678]],
  [adam, 0x12, one, ">+1.4567", [1.4567]],
  [adam, 0xde, { read: "all", values: 1, form: "hex" }, ">FF5D", [-163]],
  [adam, 0xd1, { read: "all", values: 1, form: "decimal" }, ">+9999", [undefined]],
  [adam, 0xd1, { read: "all", values: 1, form: "decimal" }, ">-0000", [undefined]],
  [icp, 0x01, { read: "all", values: 1, form: "decimal" }, ">+02.635", [2.635]],
  [icp, 0x02, { read: "all", values: 1, form: "hex" }, ">4C53", [19_539]],
  [
    icp,
    0x04,
    all,
    ">+05.123+04.153+07.234-02.356+10.000-05.133+02.345+08.234",
    [5.123, 4.153, 7.234, -2.356, 10, -5.133, 2.345, 8.234],
  ],
] as const)("%s: module %i, %j", (_, unit, request, reply, values) => {
  const framing = new DconFraming(1000, false);
  ask(framing, unit, request);
  expect(hear(framing, reply)).toBeUndefined();
  expect(textOf(hear(framing, "\r"))).toBe(reply);
  expect(values.map((_, index) => decodeValue(request.form, reply, index))).toEqual(values);
  expect(decodeValue(request.form, reply, values.length)).toBeUndefined();
});

test.each([
  ["ADAM-4000 user manual, 5: $452", 0x45, "configuration", "!45050600", false],
  ["I-7011/I-7018 manual, 2.7: $012", 0x01, "configuration", "!01050600", false],
  ["I-7083 manual, 2.17: $01M", 0x01, "name", "!017083", false],
  ["M-7084 manual, checksum calculation: $012B7", 0x01, "configuration", "!01200600AA", true],
  ["CB-7000 DIO manual, 2: $012B7", 0x01, "configuration", "!01400600AC", true],
] as const)("%s", (_, unit, read, reply, summed) => {
  const framing = new DconFraming(1000, summed);
  ask(framing, unit, { read }, 0, summed);
  expect(textOf(hear(framing, `${reply}\r`))).toBe(summed ? reply.slice(0, -2) : reply);
});

test("settings of a module: $452 and $022 of the manuals", () => {
  expect(decodeConfiguration("!45050600")).toEqual({ type: 5, baudCode: 6, form: "decimal", summed: false });
  expect(decodeConfiguration("!02030602")).toEqual({ type: 3, baudCode: 6, form: "hex", summed: false });
  expect(decodeConfiguration("!01080640")).toMatchObject({ summed: true });
});

const value = fc
  .record({
    sign: fc.constantFrom("+", "-"),
    digits: fc.integer({ min: 0, max: 99_999 }),
    point: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ sign, digits, point }) => {
    const text = String(digits).padStart(5, "0");
    return `${sign}${text.slice(0, point)}.${text.slice(point)}`;
  });
const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 20 });

function feed(framing: DconFraming, bytes: Buffer, lengths: readonly number[]): Heard[] {
  const heard: Heard[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    const meaning = framing.hear(bytes.subarray(at, at + length), 0);
    if (meaning !== undefined) heard.push(meaning);
    at += length;
  }
  return heard;
}

describe("a reply", () => {
  test("is found however it is cut up, after our own echo, and its values are what they are spelt", () => {
    const eightValues = fc.array(value, { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(eightValues, fc.boolean(), fc.boolean(), cuts, (values, echo, summed, places) => {
        const framing = new DconFraming(1000, summed);
        ask(framing, 7, all, 0, summed);
        const reply = wrapped(7, all, `>${values.join("")}`, summed);
        const own = echo ? encodeCommand(7, all, summed) : Buffer.alloc(0);
        const heard = feed(framing, Buffer.concat([own, reply]), places);
        expect(heard.map(textOf)).toEqual([`>${values.join("")}`]);
        expect(framing.discarded).toBe(own.length);
        values.forEach((text, index) => {
          if (!/9999\.9|9999$/.test(text))
            expect(decodeValue("decimal", textOf(heard[0]), index)).toBe(Number(text) + 0);
        });
      }),
    );
  });

  test("with a checksum and any one character changed is never a reply", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 127 }), (place, change) => {
        const framing = new DconFraming(1000, true);
        ask(framing, 7, one, 0, true);
        const reply = wrapped(7, one, ">+12.345", true);
        const at = place % reply.length;
        reply[at] = (reply[at] ?? 0) ^ change;
        expect(framing.hear(reply, 0)?.is).not.toBe("reply");
      }),
    );
    const framing = new DconFraming(1000, true);
    ask(framing, 7, one, 0, true);
    expect(framing.hear(wrapped(7, one, ">+12.345", true, true), 0)).toMatchObject({
      is: "bad",
      failure: { code: "E_BUS_CHECKSUM" },
    });
  });

  test.each([
    [">+05.123+04.153+07.234-02.356+10.000-05.133+02.345"], // a value short
    [">+05.123+04.153+07.234-02.35+10.000-05.133+02.345+08.234"], // a character short
    ["+05.123+04.153+07.234-02.356+10.000-05.133+02.345+08.234"], // its delimiter lost
    [">+05.1>+05.123+04.153+07.234-02.356+10.000-05.133+02.345+08.234"], // two at once
    [">+05.123+04.153+07.234-02.356+10.000-05.133+02.345+08.23*"],
    ["!04080600"],
    ["?05"],
  ])("%s is none to the question for eight values", (line) => {
    const framing = new DconFraming(1000, false);
    ask(framing, 4, all);
    expect(hear(framing, `${line}\r`)).toBeUndefined();
    expect(framing.giveUp()).toEqual({
      code: "E_BUS_REPLY",
      detail: `${JSON.stringify(line.slice(0, 40))} came instead`,
    });
    expect(framing.discarded).toBe(line.length + 1);
  });

  test("that the module refuses is said so", () => {
    const framing = new DconFraming(1000, false);
    ask(framing, 4, all);
    expect(hear(framing, "\n?04\r")).toMatchObject({
      is: "reply",
      failure: { code: "E_BUS_EXCEPTION", detail: "module 04 says that the command is invalid" },
    });
  });
});

describe("a late reply without an address", () => {
  const mine = ">+01.000+01.000+01.000+01.000+01.000+01.000+01.000+01.000";
  const other = mine.replaceAll("1", "2");

  test("is that of the oldest question, of whatever module", () => {
    const framing = new DconFraming(1000, false);
    ask(framing, 1, all);
    expect(framing.giveUp()).toEqual({ code: "E_BUS_TIMEOUT", detail: "no reply" });
    expect(framing.mistakable(2, all, 200)).toBe(true);
    expect(framing.mistakable(2, one, 200)).toBe(false);
    ask(framing, 2, all, 200);
    expect(hear(framing, `${mine}\r`, 250)).toEqual({ is: "late" });
    expect(textOf(hear(framing, `${other}\r`, 260))).toBe(other);
    expect(framing.mistakable(2, all, 270)).toBe(false);
  });

  test("comes before the answer to a probe, which carries an address and puts it behind us", () => {
    const framing = new DconFraming(1000, false);
    ask(framing, 1, all);
    framing.giveUp();
    ask(framing, 2, framing.probe(2, 200), 200);
    expect(hear(framing, `${mine}\r`, 250)).toEqual({ is: "late" });
    expect(hear(framing, "!017017\r", 260)).toBeUndefined(); // of another module
    expect(textOf(hear(framing, "!027017\r", 270))).toBe("!027017");
    expect(framing.mistakable(2, all, 280)).toBe(false);
  });

  test("never comes after the answer to a probe", () => {
    const framing = new DconFraming(1000, false);
    ask(framing, 1, all);
    framing.giveUp();
    ask(framing, 2, framing.probe(2, 200), 200);
    hear(framing, "!027017\r", 250);
    expect(framing.mistakable(2, all, 260)).toBe(false);
    ask(framing, 2, all, 260);
    expect(textOf(hear(framing, `${other}\r`, 280))).toBe(other);
  });

  test("puts behind us what its own module was asked before, and nothing of another", () => {
    const framing = new DconFraming(1000, false);
    ask(framing, 1, all);
    framing.giveUp();
    ask(framing, 2, all, 200);
    framing.giveUp();
    ask(framing, 1, one, 400);
    expect(textOf(hear(framing, ">+12.345\r", 450))).toBe(">+12.345");
    ask(framing, 3, one, 460);
    expect(hear(framing, `${other}\r`, 470)).toEqual({ is: "late" });
    expect(framing.mistakable(3, all, 480)).toBe(false);
  });

  test("a second copy of it is doubted, until the module has said the same again", () => {
    const framing = new DconFraming(1000, false);
    ask(framing, 1, all);
    expect(hear(framing, `${mine}\r`, 50)).not.toHaveProperty("doubt");
    const asked = ask(framing, 2, all, 60);
    const heard = hear(framing, `${mine}\r`, 70);
    expect(heard).toMatchObject({ is: "reply", doubt: asked });
    framing.believe(asked, Buffer.from(mine));
    ask(framing, 2, all, 80);
    expect(hear(framing, `${mine}\r`, 90)).not.toHaveProperty("doubt");
    ask(framing, 2, all, 500);
    expect(hear(framing, `${mine}\r`, 510)).not.toHaveProperty("doubt");
  });

  test("is not waited for for ever", () => {
    const framing = new DconFraming(1000, false);
    ask(framing, 1, all);
    framing.giveUp();
    expect(framing.mistakable(2, all, 1100)).toBe(true);
    expect(framing.mistakable(2, all, 1101)).toBe(false);
  });
});

test("what stopped halfway is said so, and forgotten with the next question", () => {
  const framing = new DconFraming(1000, false);
  ask(framing, 1, one);
  hear(framing, ">+12.3");
  expect(framing.giveUp()).toEqual({ code: "E_BUS_TIMEOUT", detail: "the reply stopped after 6 characters" });
  ask(framing, 1, one);
  expect(framing.discarded).toBe(6);
});

test("any bytes at all: nothing is thrown, kept for ever, or taken for a reply of another form", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(">+12.345", ">+", "!01", "?01\r", "\r", "#01\r", "!017017\r", "+12.345", ">".repeat(200))
      .map((text) => Buffer.from(text)),
  );
  const framing = new DconFraming(1000, false);
  ask(framing, 1, one);
  let fed = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 3 }), (pieces) => {
      for (const bytes of pieces) {
        fed += bytes.length;
        const heard = framing.hear(bytes, 0);
        if (heard?.is === "reply") {
          expect(textOf(heard)).toMatch(/^(>[+-][\d.]{4,6}|\?01)$/);
          fed -= heard.frame.length + 1;
        }
        if (heard !== undefined) ask(framing, 1, one);
      }
      expect(fed - framing.discarded).toBeLessThanOrEqual(300);
      fed = framing.discarded;
    }),
    { numRuns: 200_000 },
  );
});
