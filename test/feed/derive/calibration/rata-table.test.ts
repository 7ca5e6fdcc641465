import fc from "fast-check";
import { expect, test } from "vitest";
import { readRuns } from "../../../../feed/derive/calibration/rata-table.ts";

const two = [
  { reference: "250.0", cems: "244.1" },
  { reference: "246.5", cems: "-1" },
];

test.each([
  ["commas", "reference,cems\n250.0,244.1\n246.5,-1\n"],
  ["semicolons, CRLF and a byte order mark", "\uFEFFreference;cems\r\n250.0;244.1\r\n246.5;-1"],
  ["tabs, quotes and other columns", '"Run"\t"CEMS"\t"Reference"\n1\t244.1\t"250.0"\n\n# noon\n2\t-1\t246.5\n'],
])("a table with %s", (_, text) => {
  expect(readRuns(text)).toEqual({ ok: true, runs: two });
});

test("runs that the tester left out", () => {
  const read = readRuns("reference,cems,rejected\n1,2,\n3,4,x\n5,6,no\n");
  expect(read.ok && read.runs.map(({ rejected }) => rejected)).toEqual([undefined, true, undefined]);
});

test.each([
  ["", "it is empty"],
  ["a,b\n1,2\n", "line 1 does not name the columns reference and cems"],
  ["reference,cems\n", "it has no run"],
  ["reference,cems\n1,2\n3\n", "line 3 has 1 fields, and line 1 names 2"],
  ["reference;cems\n12,5;3\n", 'line 2: "12,5" is no decimal number'],
  ["reference,cems\n1,NaN\n", 'line 2: "NaN" is no decimal number'],
  ["reference,cems,rejected\n1,2,perhaps\n", 'line 2: rejected is x or empty, not "perhaps"'],
  [`reference,cems\n${"1,2\n".repeat(201)}`, "it has 201 runs, more than 200"],
  ["x".repeat(65_537), "it is longer than 65536 characters"],
])("%j is refused", (text, why) => {
  expect(readRuns(text)).toEqual({ ok: false, why });
});

test("no text throws, and what is written is read again", () => {
  fc.assert(fc.property(fc.string(), (text) => void readRuns(`reference,cems\n${text}`)));
  const run = fc.record({ reference: fc.integer().map(String), cems: fc.integer().map(String) });
  fc.assert(
    fc.property(fc.array(run, { minLength: 1 }), fc.constantFrom(",", ";", "\t"), (runs, mark) => {
      const text = [`reference${mark}cems`, ...runs.map(({ reference, cems }) => reference + mark + cems)].join("\n");
      expect(readRuns(text)).toEqual({ ok: true, runs });
    }),
  );
});
