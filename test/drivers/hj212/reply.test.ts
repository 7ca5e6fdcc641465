import fc from "fast-check";
import { expect, test } from "vitest";
import { frameOf } from "../../../drivers/hj212/frame.ts";
import { type Message, readMessage } from "../../../drivers/hj212/message.ts";
import { mayBeSaid, replyTo } from "../../../drivers/hj212/reply.ts";
import { frames, onWire } from "./frames.ts";

const read = (data: string): Message => {
  const message = readMessage(Buffer.from(data));
  if ("finding" in message) throw new Error(message.finding.detail);
  return message;
};
const upload = (cn: string, flag: number, qn = "QN=20260706103512345;"): string =>
  `${qn}ST=31;CN=${cn};PW=123456;MN=M1;Flag=${flag};CP=&&DataTime=20260706103000&&`;

test("data is acknowledged as its source expects", () => {
  const reply = replyTo(read(frames.acknowledged2025.frame.slice(6, -4)));
  expect(reply).toEqual(onWire(frames.acknowledgement.frame));
});

test.each([
  [5, "Flag=4;"],
  [7, "Flag=4;"],
  [1, "Flag=0;"],
  [11, "Flag=8;"],
])("flag %i keeps its version: %s", (flag, kept) => {
  expect(replyTo(read(upload("2051", flag)))?.toString()).toContain(`;CN=9014;PW=123456;MN=M1;${kept}CP=&&&&`);
});

test("a notice is answered by 9013", () => {
  for (const cn of ["1013", "9015"]) expect(replyTo(read(upload(cn, 9)))?.toString()).toContain(";ST=91;CN=9013;");
});

test.each([
  ["it does not ask", upload("2011", 4)],
  ["it has no QN", upload("2011", 5, "")],
  ["it is a request", upload("1011", 5)],
  ["it is an answer", upload("9014", 5)],
  ["it cannot be read", "QN=20260706103512345;ST=31;CN=2011;MN=M1;Flag=9;CP=&&{0xE4}&&"],
])("nothing is said when %s", (_, data) => expect(replyTo(read(data))).toBeUndefined());

test("only acknowledgements may be said, whole, alone and empty", () => {
  const base = "QN=20260706103512345;ST=91;CN=9014;MN=M1;Flag=4;CP=&&&&";
  expect(mayBeSaid(frameOf(base))).toBe(true);
  expect(mayBeSaid(frameOf(base.replace("9014", "9013")))).toBe(true);
  const never = [
    base.replace("CN=9014", "CN=9011"),
    base.replace("CN=9014", "CN=9012"),
    base.replace("ST=91", "ST=31"),
    base.replace("CP=&&", "CP=&&RtdInterval=30"),
    `${base.slice(0, -9)}CN=1012;CP=&&&&`,
  ];
  for (const data of never) expect(mayBeSaid(frameOf(data)), data).toBe(false);
  const frame = frameOf(base);
  for (const bytes of [
    Buffer.alloc(0),
    frame.subarray(0, -2),
    Buffer.concat([frame, frame]),
    Buffer.concat([Buffer.from("x"), frame]),
    Buffer.concat([frame.subarray(0, -1), Buffer.from("x")]),
  ])
    expect(mayBeSaid(bytes)).toBe(false);
});

test("no command of the standard but the two passes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9999 }), (number) => {
      const cn = String(number).padStart(4, "0");
      const passes = mayBeSaid(frameOf(`QN=20260706103512345;ST=91;CN=${cn};MN=M1;Flag=4;CP=&&&&`));
      expect(passes).toBe(cn === "9013" || cn === "9014");
    }),
    { numRuns: 3000 },
  );
});
