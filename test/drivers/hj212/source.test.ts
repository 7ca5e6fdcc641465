import { expect, test } from "vitest";
import { qualify } from "../../../agent/collect/qualify.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import type { Earlier, Push } from "../../../drivers/driver.ts";
import { mostRemembered } from "../../../drivers/hj212/repeats.ts";
import { LoggerSource, masked } from "../../../drivers/hj212/source.ts";
import { LoggerStream } from "../../../drivers/hj212/stream.ts";
import type { Hj212Profile } from "../../../drivers/profile.ts";
import { packet } from "../../../simulator/logger/crc.ts";
import { fakeClock } from "../../support/clock.ts";

const profile = loadCatalogue().profiles.get("generic/hj212-2017") as Hj212Profile;
const time = (second: number): string => `202603011200${String(second).padStart(2, "0")}`;
const message = (cn: string, cp: string, second: number, head = "PW=123456;MN=M1;Flag=5"): Buffer =>
  packet(`QN=${time(second)}000;ST=31;CN=${cn};${head};CP=&&${cp}&&`);
const so2 = (value: string, second: number, sent = second): Buffer =>
  message("2011", `DataTime=${time(second)};a21026-Rtd=${value},a21026-Flag=N`, sent);

/** A logger that says something, and what is told of it. */
function logger(earlier: Earlier = { states: new Map(), frames: [] }) {
  const source = new LoggerSource("M1", profile, fakeClock());
  const pushes: Push[] = [];
  let acknowledged = 0;
  source.recall(earlier);
  source.start((push) => void pushes.push(push));
  const say = (bytes: Buffer): void => {
    for (const pushed of new LoggerStream().hear(bytes))
      if ("frame" in pushed) source.take(pushed, () => void acknowledged++);
  };
  return {
    say,
    /** What was told of SO2, and the repeats that were acknowledged without being told. */
    told: () => pushes.map(({ samples }) => samples.find(({ point }) => point === "so2")).map(rawOf),
    /** What the profile makes of the last message. */
    readings: () => qualify(profile.points, profile.status, pushes.at(-1)?.samples ?? []),
    state: (id: string) => pushes.at(-1)?.samples.find(({ point }) => point === id),
    frames: () => pushes.flatMap(({ exchanges }) => exchanges.flatMap(({ reply }) => (reply ? [reply] : []))),
    acknowledged: () => acknowledged,
  };
}
const rawOf = (sample: Push["samples"][number] | undefined) => sample && "raw" in sample && sample.raw;

test("a message sent again is acknowledged and not told twice, also behind another, and under another QN", () => {
  const { say, told, acknowledged } = logger();
  say(so2("1.00", 1));
  say(so2("2.00", 2));
  say(so2("1.00", 1));
  say(so2("2.00", 2, 40));
  expect(told()).toEqual([1, 2]);
  expect(acknowledged()).toBe(2);
  say(so2("2.00", 3));
  expect(told()).toEqual([1, 2, 2]);
});

test("equal messages without any time are two, and with a QN alone they are told apart by it", () => {
  const { say, told } = logger();
  const timeless = packet("ST=31;CN=2011;MN=M1;CP=&&a21026-Rtd=5.00&&");
  say(timeless);
  say(timeless);
  const byQn = (second: number): Buffer => message("2011", "a21026-Rtd=6.00", second);
  for (const second of [1, 1, 2, 1]) say(byQn(second));
  expect(told()).toEqual([5, 5, 6, 6]);
});

test("a message that was kept before the agent ended is known when it is sent again, without its password", () => {
  const before = logger();
  before.say(so2("1.00", 1));
  before.say(message("3020", `DataTime=${time(2)};PolId=a21026;i12002-Info=1`, 2));
  expect(before.frames().map(String)).toEqual(before.frames().map((frame) => String(masked(frame))));
  const after = logger({ states: new Map(), frames: before.frames() });
  after.say(so2("1.00", 1));
  after.say(message("3020", `DataTime=${time(2)};PolId=a21026;i12002-Info=1`, 2));
  expect([after.told(), after.acknowledged()]).toEqual([[], 2]);
});

test("only the newest messages are remembered", () => {
  const { say, told } = logger();
  for (let second = 0; second <= mostRemembered; second++) say(so2("1.00", second));
  say(so2("1.00", 1));
  expect(told()).toHaveLength(mostRemembered + 1);
  say(so2("1.00", 0));
  expect(told()).toHaveLength(mostRemembered + 2);
});

test("states of an earlier run hold until others come; one that could not be read then is none", () => {
  const states = new Map([
    ["so2-comms", "1"],
    ["so2-work", "unreadable"],
    ["no-such-state", "1"],
  ]);
  const { say, state } = logger({ states, frames: [] });
  say(so2("0.00", 1));
  expect(state("so2-comms")).toEqual({ point: "so2-comms", raw: 1 });
  expect(state("so2-work")).toMatchObject({ failure: { code: "E_BUS_REPLY" } });
  expect(state("no-such-state")).toBeUndefined();
  say(message("3020", `DataTime=${time(2)};PolId=a21026;i12001-Info=0;i12002-Info=0`, 2));
  say(so2("3.00", 3));
  expect([rawOf(state("so2-comms")), rawOf(state("so2-work"))]).toEqual([0, 0]);
});

test("a state without a factor is that of every factor, of which the message says nothing else, and holds", () => {
  const { say, state, readings } = logger();
  say(message("3020", `DataTime=${time(1)};i12002-Info=1`, 1));
  say(so2("0.00", 2));
  expect(readings().get("so2")).toEqual({ kind: "missing", flag: "B", reason: "logger.no-analyzer" });
  expect([rawOf(state("dust-comms")), rawOf(state("flow-comms")), rawOf(state("so2-work"))]).toEqual([
    1,
    1,
    Number.NaN,
  ]);
  say(message("3020", `DataTime=${time(3)};i12001-Info=2;i12002-Info=0;PolId=a34013,i12001-Info=0`, 3));
  say(so2("0.00", 4));
  expect(readings().get("so2")).toMatchObject({ value: "0.00", flag: "D", reason: "logger.fault" });
  expect([rawOf(state("dust-work")), rawOf(state("dust-comms"))]).toEqual([0, 0]);
  say(message("3020", `DataTime=${time(5)};PolId=a21026,i12001-Info=0`, 5));
  expect([rawOf(state("so2-work")), rawOf(state("nox-work"))]).toEqual([0, 2]);
});

test("a setting without a factor belongs to none", () => {
  const { say, frames } = logger();
  say(message("3020", `DataTime=${time(1)};i13008-Info=1.0200`, 1));
  expect(frames()).toEqual([]);
});
