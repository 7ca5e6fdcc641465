import { expect, test } from "vitest";
import { Fault } from "../../feed/format/faults.ts";
import { obey } from "../../simulator/control.ts";

function recorder() {
  const done: unknown[] = [];
  return {
    done,
    setFault: (...args: unknown[]): void => void done.push(["fault", ...args]),
    setCondition: (...args: unknown[]): void => void done.push(["condition", ...args]),
    setLoggerFault: (...args: unknown[]): void => void done.push(["logger", ...args]),
    setSaying: (...args: unknown[]): void => void done.push(["says", ...args]),
    setSetting: (...args: unknown[]): void => void done.push(["setting", ...args]),
  };
}

test("wishes become calls", () => {
  const simulation = recorder();
  const wishes = [
    '{"meter":"cems","fault":{"kind":"late","ms":50}}',
    '{"meter":"cems","fault":[{"kind":"silence","probability":0.5},{"kind":"short"}]}',
    '{"meter":"cems","fault":null}',
    '{"meter":"cems","condition":"held"}',
    '{"meter":"co","setting":{"slope":1.08,"offset":-0.5}}',
    '{"logger":"cabinet","fault":"stuck"}',
    '{"logger":"cabinet","fault":null}',
    '{"logger":"cabinet","says":{"flag":"D","work":2,"comms":0}}',
    '{"logger":"cabinet","says":null}',
  ];
  for (const wish of wishes) expect(obey(simulation, wish)).toEqual({ ok: true });
  expect(simulation.done).toEqual([
    ["fault", "cems", { kind: "late", ms: 50 }],
    ["fault", "cems", { kind: "silence", probability: 0.5 }, { kind: "short" }],
    ["fault", "cems"],
    ["condition", "cems", "held"],
    ["setting", "co", { slope: 1.08, offset: -0.5 }],
    ["logger", "cabinet", "stuck"],
    ["logger", "cabinet", undefined],
    ["says", "cabinet", { flag: "D", work: 2, comms: 0 }],
    ["says", "cabinet", {}],
  ]);
});

test.each([
  "",
  "null",
  "{",
  '{"meter":"cems"}',
  '{"meter":"cems","fault":{"kind":"fire"}}',
  '{"meter":"cems","condition":"on fire"}',
  '{"meter":"co","setting":{"slope":"1.08"}}',
  '{"meter":"co","setting":{"slope":null}}',
  '{"meter":"cems","fault":"stuck"}',
  '{"logger":"cabinet","fault":"fire"}',
  '{"logger":"cabinet","says":{"flag":"fire"}}',
  '{"logger":"cabinet","says":{"comms":2}}',
  '{"meter":"co","setting":{"slope":1},"condition":"held"}',
])("%s is answered with what is wrong", (line) => {
  const simulation = recorder();
  expect(obey(simulation, line)).toMatchObject({ ok: false });
  expect(simulation.done).toEqual([]);
});

test("what the simulation refuses is passed on", () => {
  const refusing = {
    ...recorder(),
    setCondition: () => {
      throw new Fault("E_SIM_CONTROL", "there is no meter x");
    },
  };
  expect(obey(refusing, '{"meter":"x","condition":"held"}')).toEqual({ ok: false, problem: "there is no meter x" });
});
