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
