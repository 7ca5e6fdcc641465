import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendLines,
  cosignatureLine,
  newKeyPem,
  openNote,
  parseNote,
  signatureLine,
  signerFromPem,
  signNote,
} from "../../../feed/format/note.ts";
import { control, logSigner, witness } from "./sample-log.ts";

const text = "origin\n7\nroot\n";
const time = 1_790_812_816;
const signed = signNote(text, logSigner);
const cosigned = appendLines(signed, [cosignatureLine(text, witness, time)]);
const keys = [logSigner.vkey, witness.vkey];
const open = (note: string | Buffer) => openNote(Buffer.from(note), keys);
const problem = (code: string) => ({ ok: false, problem: { code } });

const noteText = fc
  .array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 6 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note has none of them
  .map((lines) => lines.map((line) => `${line.replaceAll(/[\u0000-\u001f]/g, "")}\n`).join(""));

describe("a signed note", () => {
  it("opens with the text and the signatures it was made of, whatever the text", () => {
    fc.assert(
      fc.property(noteText, fc.nat(2 ** 40), (body, at) => {
        const note = appendLines(signNote(body, logSigner), [cosignatureLine(body, witness, at)]);
        const read = open(note);
        if (!read.ok) throw new Error(read.problem.detail);
        expect(read.value.text).toBe(body);
        expect(read.value.signedBy).toEqual([logSigner.vkey]);
        expect(read.value.cosignatures).toMatchObject([{ vkey: witness.vkey, time: at }]);
      }),
      { numRuns: 50 },
    );
  });

  it("is refused with any byte changed to any other", () => {
    const bytes = Buffer.from(cosigned);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(bytes);
        changed[at] = byte;
        if (changed.equals(bytes)) return;
        const read = open(changed);
        // A line whose name or key id changed is one of a key nobody knows: the cosignature is gone, not forged.
        if (read.ok) expect([read.value.text, read.value.cosignatures.length]).toEqual([text, 0]);
      }),
      { numRuns: 2000 },
    );
  });

  it("ignores lines of keys that are not known", () => {
    const note = appendLines(signed, [signatureLine(text, control)]);
    expect(open(note)).toMatchObject({ ok: true, value: { signedBy: [logSigner.vkey] } });
  });

  it("needs the signature of a log, not only of a witness", () => {
    const note = appendLines(`${text}\n`, [cosignatureLine(text, witness, time)]);
    expect(open(note)).toMatchObject(problem("KEY_UNKNOWN"));
  });

  it("is refused for one bad signature of a known key beside a good one", () => {
    const other = signatureLine("other\n", logSigner);
    expect(open(appendLines(signed, [other]))).toMatchObject(problem("SIG_BAD"));
  });

  it("is refused for a cosignature of another text, and for one whose time was moved by a second", () => {
    expect(open(appendLines(signed, [cosignatureLine("other\n", witness, time)]))).toMatchObject(problem("COSIG_BAD"));
    const line = cosignatureLine(text, witness, time);
    const bytes = Buffer.from(line.split(" ")[2] as string, "base64");
    bytes[11] = (bytes[11] as number) ^ 1;
    const moved = `\u2014 ${witness.vkey.name} ${bytes.toString("base64")}`;
    expect(open(appendLines(signed, [moved]))).toMatchObject(problem("COSIG_BAD"));
  });
});

describe("the grammar of a note", () => {
  const line = signatureLine(text, logSigner);
  const unknown = `\u2014 someone ${Buffer.alloc(8).toString("base64")}`;
  it.each([
    ["CRLF", signed.replaceAll("\n", "\r\n")],
    ["a tab", signed.replace("7", "7\t")],
    ["a byte order mark", `\ufeff${signed}`],
    ["33 signatures", appendLines(signed, Array(32).fill(unknown))],
    ["no empty line", text + line],
    ["no line end at the end", signed.slice(0, -1)],
    ["no signature", `${text}\n`],
    ["a hyphen for the dash", signed.replace("\u2014", "-")],
    ["two spaces", signed.replace("\u2014 ", "\u2014  ")],
    ["base64 without padding", signed.replace(/=+\n$/, "\n")],
    ["base64 with spare bits", signed.replace(/.=\n$/, "x=\n")],
    ["a signature of four bytes", appendLines(signed, [`\u2014 someone ${Buffer.alloc(4).toString("base64")}`])],
    ["64 KiB and one byte", `${"a".repeat(65_536 - signed.length + 1)}${signed}`],
    ["nothing", ""],
  ])("refuses %s", (_what, note) => {
    expect(parseNote(Buffer.from(note))).toMatchObject(problem("CP_SYNTAX"));
  });

  it("takes 32 signatures and 64 KiB", () => {
    expect(parseNote(Buffer.from(appendLines(signed, Array(31).fill(unknown)))).ok).toBe(true);
    expect(parseNote(Buffer.from(`${"a".repeat(65_536 - Buffer.byteLength(signed))}${signed}`)).ok).toBe(true);
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(parseNote(Buffer.concat([Buffer.from([0xff]), Buffer.from(signed)]))).toMatchObject(problem("CP_SYNTAX"));
  });
});

describe("a signer", () => {
  it("signs under the key of its PEM", () => {
    const signer = signerFromPem("a", 1, newKeyPem());
    expect(openNote(Buffer.from(signNote(text, signer)), [signer.vkey]).ok).toBe(true);
  });

  it("does not cosign with a log's key, nor sign a log with a witness's", () => {
    expect(() => cosignatureLine(text, logSigner, time)).toThrow("type 1");
    expect(() => signatureLine(text, witness)).toThrow("type 4");
  });

  it("refuses a PEM that holds no Ed25519 key", () => {
    expect(() => signerFromPem("a", 1, "nothing")).toThrow(expect.objectContaining({ code: "KEY_UNKNOWN" }));
  });
});
