import { describe, expect, test } from "vitest";
import { type Message, readMessage } from "../../../drivers/hj212/message.ts";
import { frames } from "./frames.ts";

const read = (data: string | Buffer): ReturnType<typeof readMessage> => readMessage(Buffer.from(data));
const message = (data: string | Buffer): Message => {
  const result = read(data);
  if ("finding" in result) throw new Error(result.finding.detail);
  return result;
};
const refusal = (data: string | Buffer): string => {
  const result = read(data);
  return "finding" in result ? result.finding.detail : "taken";
};
const wrap = (cp: string, head = "ST=31;CN=2011;PW=123456;MN=M1;Flag=4;"): string => `${head}CP=&&${cp}&&`;

test.each(Object.entries(frames))("the frame %s is read without a finding", (_, { frame }) => {
  expect(message(frame.slice(6, -4)).findings).toEqual([]);
});

test("the fields of the standard's example", () => {
  expect(message(frames.standard.frame.slice(6, -4))).toEqual({
    qn: "20160801085857223",
    st: "32",
    cn: "1062",
    pw: "100000",
    mn: "010000A8900016F000169DC0",
    flag: 5,
    version: "2017",
    wantsReply: true,
    items: [[{ name: "RtdInterval", value: "30" }]],
    encrypted: false,
    findings: [],
  });
});

test.each([
  ["", "2005", false],
  ["Flag=0;", "2005", false],
  ["Flag=1;", "2005", true],
  ["Flag=3;", "2005", true],
  ["Flag=4;", "2017", false],
  ["Flag=7;", "2017", true],
  ["Flag=8;", "2025", false],
  ["Flag=11;", "2025", true],
  ["Flag=12;", undefined, false],
  ["Flag=255;", undefined, true],
])("%j is version %s, waits for an answer: %s", (flag, version, wantsReply) => {
  expect(message(wrap("", `ST=31;CN=2011;MN=M1;${flag}`))).toMatchObject({ version, wantsReply });
});

test("packets are numbered, in the order of 2005 too", () => {
  // public GitHub file 22594987271 (C++)
  const data =
    "ST=32;CN=2051;QN=20040516010101001;PW=123456;MN=88888880000001;PNO=1;PNUM=1;CP=&&DataTime=20040516021000;B01-Cou=200&&";
  expect(message(data)).toMatchObject({ pnum: 1, pno: 1, qn: "20040516010101001", findings: [] });
});

describe("a message that cannot be placed is refused", () => {
  test.each([
    ["", "there is no CP=&&"],
    ["ST=31;CN=2011;MN=M1;CP=&x&&", "there is no CP=&&"],
    ["ST=31;CN=2011;MN=M1;CP=&&a-Rtd=1", "CP does not end in &&"],
    ["CN=2011;MN=M1;CP=&&&&", "ST is missing, malformed or there twice"],
    ["ST=31;CN=20x1;MN=M1;CP=&&&&", "CN is missing, malformed or there twice"],
    ["ST=31;CN=2011;CP=&&&&", "MN is missing, malformed or there twice"],
    ["ST=31;CN=2011;MN=M1;MN=M2;CP=&&&&", "MN is missing, malformed or there twice"],
    [Buffer.from("ST=31;CN=2011;MN=M1;CP=&&a-Rtd=\xff&&", "latin1"), "bytes that are no UTF-8"],
  ])("%s", (data, why) => expect(refusal(data)).toBe(why));
});

describe("what is malformed is named, and the rest stands", () => {
  test.each([
    ["a-Rtd=1;;b-Rtd=2", "an empty item"],
    ["a-Rtd=1,,b-Rtd=2", "an empty item"],
    ["a-Rtd=1;b-Rtd=2;", "an empty item"],
    ["a-Rtd=1;nothing;b-Rtd=2", "no = in nothing"],
    ["a-Rtd=1;=5;b-Rtd=2", "no field name: =5"],
    ["a-Rtd=1;c=1=2;b-Rtd=2", "no value: c=1=2"],
    ["a-Rtd=1;c d=1;b-Rtd=2", "no field name: c d=1"],
  ])("%s", (cp, detail) => {
    const { items, findings } = message(wrap(cp));
    expect(findings).toEqual([{ code: "item", detail }]);
    expect(items.flat().map(({ name }) => name)).toEqual(["a-Rtd", "b-Rtd"]);
  });

  test("in the header; a password is not repeated", () => {
    const { findings, qn, pw } = message(wrap("", `QN=1;ST=31;CN=2011;PW=${"x".repeat(17)};MN=M1;RF=1;`));
    expect([qn, pw]).toEqual([undefined, undefined]);
    expect(findings.map(({ detail }) => detail)).toEqual([
      "QN is not as it should be: 1",
      "PW is not as it should be: (not shown)",
      "unknown field RF=1",
    ]);
  });
});

test("a log text holds what separates elsewhere, and Chinese", () => {
  const { items, findings } = message(
    wrap("DataTime=20200101000000;PolId=a21026,i11001-Info=//校准;a=1,b=2&&//;x-Rtd=1"),
  );
  expect(findings).toEqual([]);
  expect(items[1]).toEqual([
    { name: "PolId", value: "a21026" },
    { name: "i11001-Info", value: "//校准;a=1,b=2&&//" },
  ]);
  expect(items[2]).toEqual([{ name: "x-Rtd", value: "1" }]);
});

test("ciphertext of 2025 is known for what it is", () => {
  const spelt = message(wrap("{0xE4,0x3E,0x41}g=N", "ST=31;CN=2011;MN=M1;Flag=9;"));
  const bytes = message(
    Buffer.concat([Buffer.from("ST=31;CN=2011;MN=M1;Flag=9;CP=&&"), Buffer.alloc(32, 0xe4), Buffer.from("&&")]),
  );
  for (const said of [spelt, bytes]) {
    expect(said).toMatchObject({ encrypted: true, items: [], findings: [{ code: "encrypted" }] });
  }
  expect(message(wrap("{0xE4}g=N")).encrypted).toBe(false); // 2017 does not encrypt
});
