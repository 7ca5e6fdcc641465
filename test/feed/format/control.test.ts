import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeNack, type Nack, openNack } from "../../../feed/format/control.ts";
import { signNote } from "../../../feed/format/note.ts";
import { control, logSigner, origin } from "./sample-log.ts";

const nack: Nack = {
  code: "SEQ_GAP",
  for: origin,
  have: 3,
  want: [[3, 5]],
  nonce: "5f0c9a31",
  t: "2026-10-01T00:00:17.000Z",
};
const payload = encodeNack(nack, control);

describe("a nack", () => {
  it("reads back as what was asked", () => {
    expect(openNack(payload, control.vkey)).toEqual({ ok: true, value: nack });
  });

  it("is refused with ACK_SIG when another key signed it", () => {
    const forged = encodeNack(nack, logSigner);
    expect(openNack(forged, control.vkey)).toMatchObject({ problem: { code: "ACK_SIG" } });
  });

  it("is refused with any byte changed", () => {
    fc.assert(
      fc.property(fc.nat(payload.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(payload);
        changed[at] = byte;
        if (!changed.equals(payload)) expect(openNack(changed, control.vkey).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["another head", "cems-ctl/v2\n{}\n"],
    ["another member", `cems-ctl/v1\n${JSON.stringify({ ...nack, x: 1 })}\n`],
    ["a fraction", 'cems-ctl/v1\n{"have":1.5}\n'],
    ["no line", "cems-ctl/v1\n"],
  ])("is refused for %s although it is signed", (_what, text) => {
    expect(openNack(Buffer.from(signNote(text, control)), control.vkey)).toMatchObject({
      problem: { code: "ENV_SYNTAX" },
    });
  });
});
