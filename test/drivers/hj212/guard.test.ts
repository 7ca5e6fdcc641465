import { expect, test, vi } from "vitest";
import { frameOf } from "../../../drivers/hj212/frame.ts";
import { LoggerSession } from "../../../drivers/hj212/session.ts";
import { frames, onWire } from "./frames.ts";

/** What the agent would say if whatever makes its replies went wrong. */
const made = vi.hoisted(() => ({ reply: undefined as Buffer | undefined }));
vi.mock("../../../drivers/hj212/reply.ts", async (original) => ({
  ...(await original<typeof import("../../../drivers/hj212/reply.ts")>()),
  replyTo: () => made.reply,
}));

function saidBy(reply: string): Buffer[] {
  made.reply = frameOf(reply);
  const written: Buffer[] = [];
  const session = new LoggerSession(
    { write: (bytes) => void written.push(bytes), end: () => {} },
    { pushed: (_, acknowledge) => acknowledge(), finding: () => {} },
  );
  expect(session.hear(onWire(frames.acknowledged2025.frame))).toBe(true);
  return written;
}

const head = "QN=20260706103512345;ST=91;";
test.each([
  ["sets its clock", `${head}CN=1012;PW=123456;MN=A1;Flag=9;CP=&&SystemTime=20260706103512&&`],
  ["starts a calibration", `${head}CN=3011;PW=123456;MN=A1;Flag=9;CP=&&PolId=a21026&&`],
  ["changes a parameter", `${head}CN=3021;PW=123456;MN=A1;Flag=9;CP=&&PolId=a21026;InfoId=i13008,i13008-Info=2&&`],
  [
    "is an acknowledgement with something in it",
    `${head}CN=9014;PW=123456;MN=A1;Flag=8;CP=&&SystemTime=20260706103512&&`,
  ],
])("no frame leaves that %s, whoever made it", (_, reply) => {
  expect(saidBy(reply)).toEqual([]);
});

test("an acknowledgement leaves", () => {
  const plain = `${head}CN=9014;PW=123456;MN=A1;Flag=8;CP=&&&&`;
  expect(saidBy(plain)).toEqual([frameOf(plain)]);
});
