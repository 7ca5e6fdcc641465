import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCheckpoint } from "../../../../feed/format/checkpoint.ts";
import { openNote, signNote } from "../../../../feed/format/note.ts";
import { sm2Pem, sm2SignerFromPem } from "../../../../feed/format/sm/signer.ts";
import { newSm2Secret } from "../../../../feed/format/sm/sm2.ts";
import { makeVkey, parseVkey } from "../../../../feed/format/vkey.ts";
import { needs } from "../../../support/system.ts";
import { logSigner } from "../sample-log.ts";

const vector = (name: string): Buffer => readFileSync(new URL(`../../../vectors/${name}`, import.meta.url));
const pem = vector("sm2-test.pub.pem").toString();
const point = Buffer.from(pem.replaceAll(/-----.*-----|\n/g, ""), "base64").subarray(-65);
const name = "dqs.example.cn/log/320102-p0001-s1-g1/1/sm3";
const theirs = makeVkey(name, 255, point);
const signer = sm2SignerFromPem(name, sm2Pem(newSm2Secret()));

describe("a verifier key of SM2", () => {
  it("names its type and reads back as what it says", () => {
    expect(Buffer.from(theirs.text.split("+").slice(2).join("+"), "base64").subarray(0, 16).toString("latin1")).toBe(
      "\u00ffcn-gmt-sm2-sm3\n",
    );
    expect(parseVkey(theirs.text)).toEqual({ ok: true, value: theirs });
  });

  it("is refused for another name of the type, for another id, and off the curve", () => {
    const typed = (text: string, key: Buffer) =>
      `a+00000000+${Buffer.concat([Buffer.from([255]), Buffer.from(text), key]).toString("base64")}`;
    const off = Buffer.from(point);
    off[64] = (off[64] as number) ^ 1;
    expect(parseVkey(typed("cn-gmt-sm2-sha256\n", point))).toMatchObject({ problem: { code: "KEY_UNKNOWN" } });
    expect(parseVkey(typed("cn-gmt-sm2-sm3\n", point))).toMatchObject({ problem: { detail: /the id/ } });
    expect(parseVkey(typed("cn-gmt-sm2-sm3\n", off))).toMatchObject({ problem: { detail: /SM2 curve/ } });
    expect(parseVkey(typed("cn-gmt-sm2-sm3\n", point.subarray(1)))).toMatchObject({ ok: false });
  });
});

describe("a note signed with SM2", () => {
  it("opens: the published checkpoint of the twin tree", () => {
    const note = openNote(vector("checkpoint-7-sm3.note"), [theirs]);
    if (!note.ok) throw new Error(note.problem.detail);
    expect(note.value.signedBy).toEqual([theirs]);
    expect(parseCheckpoint(note.value.text)).toMatchObject({ value: { origin: name, size: 7 } });
  });

  it("is refused with another text", () => {
    const changed = vector("checkpoint-7-sm3.note").toString().replace("\n7\n", "\n8\n");
    expect(openNote(Buffer.from(changed), [theirs])).toMatchObject({ problem: { code: "SIG_BAD" } });
  });

  it("opens where it was signed here, beside a line of another suite", () => {
    const note = openNote(Buffer.from(signNote("a\n7\nb\n", signer)), [logSigner.vkey, signer.vkey]);
    expect(note).toMatchObject({ ok: true, value: { signedBy: [signer.vkey] } });
  });
});

needs("openssl").describe("the PEM of an SM2 key", () => {
  it("is the one openssl writes and reads", () => {
    const options = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"];
    const theirPem = execFileSync("openssl", options, { stdio: ["ignore", "pipe", "ignore"] }).toString();
    const spki = execFileSync("openssl", ["pkey", "-pubout", "-outform", "DER"], { input: theirPem });
    expect(sm2SignerFromPem("a", theirPem).vkey.key.equals(spki.subarray(-65))).toBe(true);
    const ours = sm2Pem(newSm2Secret());
    const read = execFileSync("openssl", ["pkey", "-pubout", "-outform", "DER"], { input: ours });
    expect(sm2SignerFromPem("a", ours).vkey.key.equals(read.subarray(-65))).toBe(true);
  });

  it("is refused with any character changed, and where it is of another curve", () => {
    const good = sm2Pem(newSm2Secret());
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(..."AQz+/=\n "), (at, by) => {
        const changed = good.slice(0, at) + by + good.slice(at + 1);
        if (changed === good) return;
        expect(() => sm2SignerFromPem("a", changed)).toThrow(expect.objectContaining({ code: "KEY_UNKNOWN" }));
      }),
    );
    expect(() => sm2SignerFromPem("a", "")).toThrow(expect.objectContaining({ code: "KEY_UNKNOWN" }));
  });
});
