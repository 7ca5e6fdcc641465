import { describe, expect, test } from "vitest";
import { DconFraming } from "../../../drivers/dcon/framing.ts";
import { encodeCommand, type ModuleRequest } from "../../../drivers/dcon/request.ts";

const one: ModuleRequest = { read: "channel", channel: 0, form: "decimal" };
const ask = (framing: DconFraming, unit: number, request: ModuleRequest, at = 0): void => {
  framing.ask({ unit, request, at, until: at + 100 }, encodeCommand(unit, request, false));
};
const hear = (framing: DconFraming, text: string, now = 0): ReturnType<DconFraming["hear"]> =>
  framing.hear(Buffer.from(text, "latin1"), now);
const textOf = (heard: ReturnType<DconFraming["hear"]>): string =>
  heard?.is === "reply" ? heard.frame.toString("latin1") : "";

describe("a second copy settles nothing", () => {
  test("of a refusal, so that the true reply is not the next module's", () => {
    const framing = new DconFraming(1000, false);
    ask(framing, 1, { read: "name" });
    expect(hear(framing, "?01\r")).toMatchObject({ is: "reply", failure: { code: "E_BUS_EXCEPTION" } });
    ask(framing, 1, one, 10);
    expect(hear(framing, "?01\r", 11)).toMatchObject({ is: "reply", failure: { code: "E_BUS_EXCEPTION" } });
    expect(framing.mistakable(2, one, 12)).toBe(true);
    ask(framing, 2, { read: "name" }, 12);
    expect(hear(framing, ">+01.000\r!027017\r", 13)).toMatchObject({ is: "reply" });
    expect(framing.mistakable(2, one, 14)).toBe(false);
  });

  test("of a reply to the same question", () => {
    const framing = new DconFraming(1000, false);
    ask(framing, 1, one);
    expect(textOf(hear(framing, ">+01.000\r"))).toBe(">+01.000");
    expect(framing.mistakable(2, one, 1)).toBe(false);
    ask(framing, 1, one, 10);
    expect(textOf(hear(framing, ">+01.000\r", 11))).toBe(">+01.000");
    expect(framing.mistakable(2, one, 12)).toBe(true);
  });

  test("but equal replies at the pace of a poll are true", () => {
    const framing = new DconFraming(1000, false);
    for (const at of [0, 1000, 2000]) {
      ask(framing, 1, one, at);
      expect(textOf(hear(framing, ">+01.000\r", at + 1))).toBe(">+01.000");
      expect(framing.mistakable(2, one, at + 2)).toBe(false);
    }
  });
});

test("half a reply and the next are no name", () => {
  const framing = new DconFraming(1000, false);
  ask(framing, 1, one);
  framing.giveUp();
  ask(framing, 1, { read: "name" }, 10);
  expect(hear(framing, "!0170>+01.000\r", 11)).toBeUndefined();
  expect(textOf(hear(framing, "!017017\r", 12))).toBe("!017017");
});

describe("a copy of an answer with an address that is late past the next probe", () => {
  const probe = (framing: DconFraming, unit: number, at: number): string => {
    const request = framing.probe(unit, at);
    ask(framing, unit, request, at);
    return request.read;
  };
  /** Module 1 was probed once, and a question to module 2 was given up. */
  function afterOneProbe(): DconFraming {
    const framing = new DconFraming(30_000, false);
    expect(probe(framing, 1, 0)).toBe("name");
    expect(textOf(hear(framing, "!017017\r", 50))).toBe("!017017");
    ask(framing, 2, one, 200);
    framing.giveUp();
    return framing;
  }

  test("is not taken for the answer to it, since probes take turns in their form", () => {
    const framing = afterOneProbe();
    expect(framing.mistakable(1, one, 1000)).toBe(true);
    expect(probe(framing, 1, 1000)).toBe("configuration");
    expect(hear(framing, "!017017\r>+02.000\r", 1010)).toEqual({ is: "late" });
    expect(textOf(hear(framing, "!01080600\r", 1020))).toBe("!01080600");
    expect(framing.mistakable(1, one, 1030)).toBe(false);
    expect(framing.probe(1, 1030)).toEqual({ read: "name" });
  });

  test("settles nothing where the same thing is asked again, and before it is asked a probe comes", () => {
    const framing = afterOneProbe();
    expect(framing.mistakable(1, { read: "name" }, 1000)).toBe(true);
    ask(framing, 1, { read: "name" }, 1000);
    expect(textOf(hear(framing, "!017017\r", 1010))).toBe("!017017");
    expect(framing.mistakable(1, one, 1020)).toBe(true);
    expect(framing.mistakable(1, { read: "name" }, 31_101)).toBe(false);
  });

  test("of a configuration is no name, though its characters could be", () => {
    const framing = afterOneProbe();
    probe(framing, 1, 1000);
    hear(framing, "!01080600\r", 1010);
    ask(framing, 3, one, 1100);
    framing.giveUp();
    expect(probe(framing, 1, 2000)).toBe("name");
    expect(hear(framing, "!01080600\r", 2010)).toBeUndefined();
    expect(textOf(hear(framing, "!017017\r", 2020))).toBe("!017017");
    expect(framing.mistakable(1, one, 2030)).toBe(false);
  });

  test("of a refusal settles nothing either", () => {
    const framing = afterOneProbe();
    ask(framing, 1, { read: "channel", channel: 1, form: "hex" }, 300);
    hear(framing, "?01\r", 310);
    expect(framing.mistakable(1, one, 320)).toBe(false);
    ask(framing, 2, one, 400);
    framing.giveUp();
    probe(framing, 1, 2000);
    expect(hear(framing, "?01\r", 2010)).toMatchObject({ is: "reply", failure: { code: "E_BUS_EXCEPTION" } });
    expect(framing.mistakable(1, one, 2020)).toBe(true);
  });
});
