import { describe, expect, test } from "vitest";
import { loggerFlag } from "../../../drivers/hj212/flags.ts";
import { readMessage } from "../../../drivers/hj212/message.ts";
import { type Said, samplesOf } from "../../../drivers/hj212/samples.ts";
import { beijingTime } from "../../../drivers/hj212/time.ts";
import { frames } from "./frames.ts";

function said(data: string): Said {
  const message = readMessage(Buffer.from(data));
  const samples = "finding" in message ? undefined : samplesOf(message);
  if (samples === undefined) throw new Error("nothing is said");
  return samples;
}
const ofFrame = (frame: string): Said => said(frame.slice(6, -4));
const of = (cp: string, cn = "2011"): Said => said(`ST=31;CN=${cn};MN=M1;Flag=4;CP=&&${cp}&&`);
const utc = (text: string): { at: number } => ({ at: Date.parse(text) });

describe("frames of the sources", () => {
  test("a stack in 2005", () => {
    const { subject, time, values } = ofFrame(frames.stack2005.frame);
    expect(subject).toBe("real-time");
    expect(time).toEqual(utc("2016-08-23T15:51:05Z"));
    expect(values.size).toBe(13);
    expect(values.get("S08-Rtd")).toEqual({ field: "S08-Rtd", value: "-3.185592", flag: loggerFlag("N") });
    expect(values.get("B02-Rtd")).toEqual({ field: "B02-Rtd", value: "35.75" });
    expect(values.get("03-ZsRtd")).toMatchObject({ value: "0.000", flag: { flag: "N" } });
  });

  test("minute values of 2005: the time is the start of the period, and there is no flag", () => {
    const { subject, time, values, findings } = ofFrame(frames.minute2005.frame);
    expect([subject, time]).toEqual(["minute", utc("2000-02-01T16:00:00Z")]);
    expect(values.get("B02-Cou")).toEqual({ field: "B02-Cou", value: "208490.21" });
    expect(values.size).toBe(36);
    expect(findings).toEqual([]);
  });

  test("a flag behind another value of the same factor counts for all of them", () => {
    const { values } = ofFrame(frames.flaggedElsewhere.frame);
    expect(values.get("01-ZsRtd")).toMatchObject({ value: "0.00", flag: { letter: "D", flag: "D" } });
    expect(ofFrame(frames.stopped2005.frame).values.get("S01-Rtd")).toMatchObject({ flag: { flag: "F" } });
    expect(ofFrame(frames.unflagged.frame).values.get("Nh3-scr-Rtd")).toEqual({
      field: "Nh3-scr-Rtd",
      value: "4.12656",
    });
  });

  test("exact decimals of 2017 and 2025", () => {
    expect(ofFrame(frames.air2017.frame).values.get("a34004-Rtd")).toMatchObject({ value: "75600.000" });
    expect(ofFrame(frames.water2025.frame).values.get("w21003-Rtd")).toMatchObject({ value: "0.09055002" });
  });

  test("states belong to the factor named before them, in either form", () => {
    const commas = ofFrame(frames.fieldInformation.frame);
    expect(commas.subject).toBe("field-information");
    expect([...commas.values.keys()].slice(0, 3)).toEqual([
      "w01019/i12001-Info",
      "w01019/i12002-Info",
      "w21001/i12001-Info",
    ]);
    expect(commas.values.size).toBe(8);
    // HJ 212-2017, Table C.42
    const semicolons = of("DataTime=20100301145000;PolId=w01018;i12001-Info=1;i12003-Info=0", "3020");
    expect([...semicolons.values.keys()]).toEqual(["w01018/i12001-Info", "w01018/i12003-Info"]);
    expect(of("DataTime=20100301145000;i22001-Info=0", "3020").values.get("i22001-Info")).toMatchObject({ value: "0" });
  });

  test("heartbeats and device states have no values for us", () => {
    for (const { frame } of [frames.heartbeat2005, frames.state2005, frames.standard]) {
      expect(() => ofFrame(frame)).toThrow("nothing is said");
    }
  });
});

test("a log is text, never a number", () => {
  const { values } = of("DataTime=20200101000000;PolId=a21026,i11001-Info=//12.5//", "3020");
  expect(values.get("a21026/i11001-Info")).toEqual({ field: "a21026/i11001-Info", text: "12.5" });
});

test.each([
  ["", "empty"],
  ["--", "no decimal: --"],
  ["NaN", "no decimal: NaN"],
  ["1e5", "no decimal: 1e5"],
  ["+3", "no decimal: +3"],
  [" 3", "no decimal:  3"],
  ["3,5", undefined],
  [".5", "no decimal: .5"],
  ["5.", "no decimal: 5."],
  ["1.2.3", "no decimal: 1.2.3"],
  ["12x", "no decimal: 12x"],
  ["\u0663", "no decimal: ."],
])("the value %j is none", (value, missing) => {
  const read = of(`DataTime=20200101000000;a21026-Rtd=${value},a21026-Flag=N`).values.get("a21026-Rtd");
  // A decimal comma separates fields: what is left of it is another number, and the rest a finding.
  if (missing === undefined) expect(read).toMatchObject({ value: "3" });
  else expect(read).toMatchObject({ missing, flag: { flag: "N" } });
});

describe("the logger's flag", () => {
  test.each(["N", "F", "M", "S", "D", "C", "T", "B"])("%s is that of HJ 212-2017", (letter) =>
    expect(loggerFlag(letter)).toEqual({ letter, flag: letter }),
  );
  test.each([
    ["P", "D"],
    ["n", undefined],
    ["", undefined],
    ["0", undefined],
    ["3", undefined],
    ["constructor", undefined],
  ])("%j means %s", (letter, flag) => expect(loggerFlag(letter).flag).toBe(flag));

  test("the own item's comes before another's", () => {
    const { values } = of("DataTime=20200101000000;01-Rtd=1,01-Flag=D;01-ZsRtd=2,01-Flag=N;01-Avg=3");
    expect([...values.values()].map(({ flag }) => flag?.letter)).toEqual(["D", "N", "D"]);
  });
});

test("a value said twice stands only if it is the same", () => {
  const same = of("DataTime=20200101000000;a-Rtd=1,a-Flag=N;a-Rtd=1,a-Flag=N");
  expect(same.values.get("a-Rtd")).toMatchObject({ value: "1" });
  // As in public GitHub file 67608129130: the flow and its meter reading under one name.
  const twice = of("DataTime=20241130113000;w00000-Avg=66.09,w00000-Avg=19796346.00,w00000-Flag=N", "2051");
  expect(twice.values.get("w00000-Avg")).toEqual({ field: "w00000-Avg", missing: "said twice, differently" });
  for (const { findings } of [same, twice]) expect(findings.map(({ code }) => code)).toEqual(["twice"]);
});

test("a factor's own sample time", () => {
  const { values, findings } = of(
    "DataTime=20200101000500;a-Rtd=1,a-SampleTime=20200101000400;b-Rtd=1,b-SampleTime=20200132000000",
  );
  expect(values.get("a-Rtd")).toMatchObject({ sampleTime: Date.parse("2019-12-31T16:04:00Z") });
  expect(values.get("b-Rtd")).toEqual({ field: "b-Rtd", value: "1" });
  expect(findings).toEqual([{ code: "item", detail: "b-SampleTime is no time" }]);
});

describe("the logger's time", () => {
  test.each([
    ["20240229235959", "2024-02-29T15:59:59.000Z"],
    ["20240301000000123", "2024-02-29T16:00:00.123Z"],
  ])("%s in Beijing is %s", (text, iso) => expect(new Date(beijingTime(text) ?? 0).toISOString()).toBe(iso));

  test.each([
    "",
    "20230229000000",
    "20230431000000",
    "20231301000000",
    "20230101240000",
    "20230101006000",
    "2023010100000",
    "202301010000000",
    "19910101000000",
    "2023010100000x",
  ])("%j is none", (text) => expect(beijingTime(text)).toBeUndefined());

  test("says why there is none", () => {
    expect(of("a-Rtd=1").time).toEqual({ missing: "no DataTime" });
    expect(of("DataTime=20230229000000;a-Rtd=1").time).toEqual({ missing: "DataTime is no time: 20230229000000" });
    expect(of("DataTime=20230201000000;DataTime=20230202000000;a-Rtd=1").time).toEqual({ missing: "two DataTimes" });
  });
});
