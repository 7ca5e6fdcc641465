import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkpointText, parseCheckpoint } from "../../../feed/format/checkpoint.ts";

const root = Buffer.alloc(32, 7);
const text = (size: string) => `origin\n${size}\n${root.toString("base64")}\n`;

describe("a checkpoint", () => {
  it("reads back as what it says, up to 2^53-1", () => {
    const size = fc.oneof(fc.nat(), fc.maxSafeNat());
    fc.assert(
      fc.property(size, (n) => {
        const cp = { origin: "a/b", size: n, root };
        expect(parseCheckpoint(checkpointText(cp))).toEqual({ ok: true, value: cp });
      }),
    );
  });

  it.each(["07", "7 ", " 7", "+7", "-7", "7.0", "7e0", "", "9007199254740992", "99999999999999999"])(
    "is refused for the size %j",
    (size) => {
      expect(parseCheckpoint(text(size))).toMatchObject({ ok: false, problem: { code: "CP_SYNTAX" } });
    },
  );

  it.each([
    ["a fourth line", `${text("7")}extension\n`],
    ["no line end", text("7").slice(0, -1)],
    ["no origin", text("7").replace("origin", "")],
    ["a root of 31 bytes", `origin\n7\n${Buffer.alloc(31).toString("base64")}\n`],
    ["a root with spare bits", text("7").replace("Bwc=\n", "Bwd=\n")],
    ["two lines", "origin\n7\n"],
  ])("is refused for %s", (_what, wrong) => {
    expect(wrong).not.toBe(text("7"));
    expect(parseCheckpoint(wrong)).toMatchObject({ ok: false, problem: { code: "CP_SYNTAX" } });
  });
});
