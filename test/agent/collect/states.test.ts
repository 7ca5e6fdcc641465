import { expect, test } from "vitest";
import { statesEvent, unreadable } from "../../../agent/collect/states.ts";
import type { Sample } from "../../../drivers/driver.ts";
import type { StatusPoint } from "../../../drivers/profile.ts";

const status: StatusPoint[] = ["work", "comms"].map((id) => ({ id, type: "decimal", flags: [], source: "made up" }));
const told = (samples: readonly Sample[], known = {}) => statesEvent("log", status, known, samples);

test("states that were told of are told once, and again when one is another", () => {
  const first = told([
    { point: "so2", raw: 7 },
    { point: "comms", raw: 1 },
    { point: "work", raw: Number.NaN },
  ]);
  const comms = { "log.comms": "1" };
  expect(first).toEqual({
    code: "STATE_FIRST",
    detail: "log.comms is 1",
    set: { "log.comms": [null, "1"] },
    now: comms,
  });
  expect(told([{ point: "comms", raw: 1 }], comms)).toBeUndefined();
  expect(told([{ point: "comms", raw: 0 }], comms)).toMatchObject({
    code: "STATE_CHANGED",
    detail: "log.comms 1 -> 0",
    now: { "log.comms": "0" },
  });
});

test("a state that cannot be read is told of as that, and is no number", () => {
  const failure = { code: "E_BUS_REPLY", detail: "" } as const;
  const event = told([{ point: "comms", failure }], { "log.comms": "0" });
  expect(event).toMatchObject({ code: "STATE_CHANGED", set: { "log.comms": ["0", unreadable] } });
  expect(Number(unreadable)).toBeNaN();
});

test("of a device that says nothing of its states nothing is told", () => {
  expect(told([{ point: "so2", raw: 7 }])).toBeUndefined();
});
