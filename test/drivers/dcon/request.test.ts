import fc from "fast-check";
import { expect, test } from "vitest";
import { planReads } from "../../../drivers/dcon/plan.ts";
import { encodeCommand, guardCommand, type ModuleRequest, replyBytes, sumOf } from "../../../drivers/dcon/request.ts";
import { dconReader } from "../../../simulator/wire/dcon.ts";

const request: fc.Arbitrary<ModuleRequest> = fc.oneof(
  fc.record({
    read: fc.constant("all" as const),
    values: fc.integer({ min: 1, max: 16 }),
    form: fc.constantFrom("decimal", "hex"),
  }),
  fc.record({
    read: fc.constant("channel" as const),
    channel: fc.integer({ min: 0, max: 15 }),
    form: fc.constantFrom("decimal", "hex"),
  }),
  fc.constantFrom<ModuleRequest>({ read: "name" }, { read: "configuration" }, { read: "firmware" }),
);

test.each([
  ["ICP DAS I-7011/I-7018 manual, 2.3", 0x04, { read: "all", values: 8, form: "decimal" }, false, "#04"],
  ["ADAM-4000 user manual, 5", 0x12, { read: "channel", channel: 0, form: "decimal" }, false, "#120"],
  ["ADAM-4000 user manual, 5", 0x45, { read: "configuration" }, false, "$452"],
  ["icpdas.com/faq/7000/007.htm", 0x01, { read: "configuration" }, true, "$012B7"],
  ["I-7083 manual, 2.17", 0x02, { read: "name" }, false, "$02M"],
] as const)("%s: module %i, %j", (_, unit, asked, summed, command) => {
  expect(encodeCommand(unit, asked, summed).toString("latin1")).toBe(`${command}\r`);
});

test("the sum of ADAM-5000's manual, Appendix D", () => {
  expect(sumOf("$07S1RH")).toBe("A9");
  expect(sumOf("!07+2.0500")).toBe("D8");
});

test("the simulated module reads what is encoded, and the guard lets it pass", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), request, fc.boolean(), (unit, asked, summed) => {
      const bytes = encodeCommand(unit, asked, summed);
      expect(() => guardCommand(bytes, summed)).not.toThrow();
      const [heard] = dconReader(summed).push(bytes).requests;
      expect(heard?.unit).toBe(unit);
      const wanted = { all: "#", channel: "#", name: "$M", configuration: "$2", firmware: "$F" }[asked.read];
      const channel = asked.read === "channel" ? asked.channel.toString(16).toUpperCase() : "";
      expect(heard?.pdu.toString("latin1")).toBe(wanted + channel);
    }),
  );
});

// Commands of the manuals that set, calibrate, clear, sample or sound an alarm.
test.each([
  "#**",
  "#01+05.000",
  "#0100FF",
  "#010FF",
  "%0102080600",
  "$010",
  "$011",
  "$014",
  "$015",
  "$0155A",
  "$013C",
  "$017R1",
  "~**",
  "~011",
  "~010",
  "~0131",
  "^01M",
  "@01EAM",
  "$01M1",
  "$1M",
  "$0gM",
  "$01m",
  "01M",
  "",
  "#01\r#02",
  "#1",
  "#GG",
])("%s never goes out", (command) => {
  for (const summed of [false, true]) {
    const bytes = Buffer.from(`${command}${summed ? sumOf(command) : ""}\r`);
    expect(() => guardCommand(bytes, summed)).toThrow(/not sent/);
  }
});

test("a command with a wrong sum or without its end never goes out", () => {
  for (const text of ["#0184", "#0100\r", "#01\r", "$012B8\r"])
    expect(() => guardCommand(Buffer.from(text), true)).toThrow(/not sent/);
  expect(() => guardCommand(Buffer.from("#01"), false)).toThrow(/not sent/);
});

test("no random text passes the guard but reads", () => {
  const character = fc.constantFrom(..."#$%~^@01F2M*A\r");
  fc.assert(
    fc.property(fc.array(character, { maxLength: 8 }), (characters) => {
      const text = `${characters.join("")}\r`;
      let passed = true;
      try {
        guardCommand(Buffer.from(text), false);
      } catch {
        passed = false;
      }
      if (passed)
        expect(["#", "$M", "$2", "$F"].some((end) => text.startsWith(end.slice(0, 1)) && text.length <= 5)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  [256, { read: "name" }],
  [1.5, { read: "name" }],
  [1, { read: "channel", channel: 16, form: "decimal" }],
  [1, { read: "all", values: 0, form: "decimal" }],
] as const)("module %d, %j cannot be asked", (unit, asked) => {
  expect(() => encodeCommand(unit, asked, false)).toThrow(/not sent/);
});

test("plans: all channels in one request, texts by themselves", () => {
  const points = [
    { text: "all:0", at: { from: "all", channel: 0 } },
    { text: "channel:3", at: { from: "channel", channel: 3 } },
    { text: "name", at: { from: "name" } },
    { text: "all:5", at: { from: "all", channel: 5 } },
  ] as const;
  const plan = planReads(points, { channels: 8, form: "decimal" });
  expect(plan.map((read) => [read.request, read.points.map((p) => [p.point.text, p.index])])).toEqual([
    [
      { read: "all", values: 8, form: "decimal" },
      [
        ["all:0", 0],
        ["all:5", 5],
      ],
    ],
    [{ read: "channel", channel: 3, form: "decimal" }, [["channel:3", 0]]],
    [{ read: "name" }, [["name", 0]]],
  ]);
  expect(replyBytes({ read: "all", values: 8, form: "decimal" })).toBe(1 + 8 * 7 + 3);
});
