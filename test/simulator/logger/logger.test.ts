import { describe, expect, test } from "vitest";
import { LoggerStream } from "../../../drivers/hj212/stream.ts";
import { packet } from "../../../simulator/logger/crc.ts";
import { dialects, type Sender, stamp } from "../../../simulator/logger/dialect.ts";
import { type LoggerFault, loggerFaults } from "../../../simulator/logger/faults.ts";
import { createLogger, type Logger } from "../../../simulator/logger/logger.ts";
import { unit350 } from "../../../simulator/plant/combustion.ts";
import { startPlant } from "../../../simulator/plant/world.ts";
import { randomFrom } from "../../../simulator/random.ts";

const noon = Date.parse("2026-03-01T04:00:00Z");
function logger(dialect: Sender["dialect"] = "2017"): Logger {
  let seconds = 0;
  const look = startPlant(unit350, 1, () => seconds++);
  return createLogger({ dialect, mn: "M1", pw: "123456", asks: false }, look, randomFrom(1));
}

test("the check is that of the standard's example", () => {
  const data = "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&";
  expect(packet(data).toString()).toBe(`##0101${data}1C80\r\n`);
});

test("times are Beijing's", () => {
  expect([stamp(noon), stamp(noon + 7, true)]).toEqual(["20260301120000", "20260301120000007"]);
});

describe.each(dialects)("in %s", (dialect) => {
  test("a moment each time, and a minute when it has ended, named by its start", () => {
    const pretend = logger(dialect);
    const sent = [0, 20_000, 40_000, 60_000, 80_000].map((ms) => {
      pretend.beat(noon + ms);
      return pretend.meant.map((data) => /CN=(\d+).*DataTime=(\d+)/.exec(data)?.slice(1).join(" "));
    });
    expect(sent).toEqual([
      ["2011 20260301120000"],
      ["2011 20260301120020"],
      ["2011 20260301120040"],
      ["2051 20260301120000", "2011 20260301120100"],
      ["2011 20260301120120"],
    ]);
  });

  test("factors and flag are the dialect's", () => {
    const pretend = logger(dialect);
    const text = pretend.beat(noon).toString();
    expect(text.includes(";02-Rtd=")).toBe(dialect === "2005");
    expect(text.includes("a21026-Rtd=")).toBe(dialect !== "2005");
    expect(/Flag=(\d+);CP/.exec(text)?.[1]).toBe({ "2005": undefined, "2017": "4", "2025": "8" }[dialect]);
  });
});

/** What a reader makes of three turns, the middle one with a fault. */
function heard(fault: LoggerFault): string[] {
  const pretend = logger();
  const stream = new LoggerStream();
  return [0, 1000, 2000].flatMap((ms) => {
    pretend.setFault(ms === 1000 ? fault : undefined);
    return stream.hear(pretend.beat(noon + ms)).map((pushed) => {
      if ("finding" in pushed) return pushed.finding.code;
      const so2 = pushed.said?.values.get("a21026-Rtd");
      const zero = so2 !== undefined && "value" in so2 && so2.value === "0.00";
      return `${pushed.message.mn} ${pushed.message.cn}${zero ? ` 0 ${so2.flag?.letter}` : ""}`;
    });
  });
}

test.each([
  ["bad-crc", ["M1 2011", "checksum", "M1 2011"]],
  ["half-frame", ["M1 2011", "cut", "M1 2011"]],
  ["garbage", ["M1 2011", "M1 2011", "M1 2011"]],
  ["duplicate", ["M1 2011", "M1 2011", "M1 2011", "M1 2011"]],
  ["stuck", ["M1 2011", "M1 2011"]],
  ["wrong-mn", ["M1 2011", "STRANGER000001 2011", "M1 2011"]],
  // The state says what the flag does not.
  ["zero-as-normal", ["M1 2011", "M1 3020", "M1 2011 0 N", "M1 3020", "M1 2011"]],
] as const)("%s", (fault, expected) => expect(heard(fault)).toEqual(expected));

test("every fault is shown above", () => expect(loggerFaults).toHaveLength(7));

test("what it is made to say stands instead of what it sees, and each state once", () => {
  const pretend = logger();
  const said = (): string[] =>
    pretend.beat(noon) && pretend.meant.map((data) => /a21026-Flag=.|i12.*Info=\d/.exec(data)?.[0] ?? "");
  pretend.say({ flag: "C", work: 3 });
  expect(said()).toEqual(["i12001-Info=3;i12002-Info=0", "a21026-Flag=C"]);
  pretend.say({ comms: 1 });
  expect(said()).toEqual(["i12001-Info=0;i12002-Info=1", "a21026-Flag=N"]);
  expect(said()).toEqual(["a21026-Flag=N"]);
  pretend.say({});
  expect(said()).toEqual(["i12001-Info=0;i12002-Info=0", "a21026-Flag=N"]);
});
