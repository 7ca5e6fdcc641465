import { expect, test } from "vitest";
import { randomFrom } from "../../../simulator/random.ts";
import { type FaultRule, faultRule } from "../../../simulator/wire/faults.ts";
import { trouble } from "../../../simulator/wire/trouble.ts";

const rules = (...texts: object[]): FaultRule[] => texts.map((text) => faultRule.parse(text));
const kinds = (of: ReturnType<typeof trouble>, times: number): string[] =>
  Array.from({ length: times }, () => of.next()?.kind ?? "-");

test("a rule without a condition always holds", () => {
  expect(kinds(trouble(rules({ kind: "silence" }), randomFrom(1)), 3)).toEqual(["silence", "silence", "silence"]);
});

test("a schedule counts the requests of the device, and the first rule that applies wins", () => {
  const wire = trouble(
    rules({ kind: "silence", requests: [2, 3] }, { kind: "exception", requests: [3, 4] }),
    randomFrom(1),
  );
  expect(kinds(wire, 6)).toEqual(["-", "silence", "silence", "exception", "-", "-"]);
});

test("probabilities hold over many requests, and the seed repeats them", () => {
  const some = rules({ kind: "silence", probability: 0.1 }, { kind: "bad-crc", probability: 0.5 });
  const drawn = kinds(trouble(some, randomFrom(7)), 20_000);
  const share = (kind: string): number => drawn.filter((k) => k === kind).length / drawn.length;
  expect(share("silence")).toBeCloseTo(0.1, 1);
  expect(share("bad-crc")).toBeCloseTo(0.45, 1);
  expect(kinds(trouble(some, randomFrom(7)), 20_000)).toEqual(drawn);
  expect(kinds(trouble(some, randomFrom(8)), 20_000)).not.toEqual(drawn);
});

test("rules are changed while it runs, and counted anew", () => {
  const wire = trouble([], randomFrom(1));
  expect(kinds(wire, 5)).toEqual(["-", "-", "-", "-", "-"]);
  wire.set(rules({ kind: "silence", requests: [1, 1] }));
  expect(kinds(wire, 2)).toEqual(["silence", "-"]);
});
