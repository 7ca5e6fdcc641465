import { fromBase64 } from "./base64.ts";
import { bad, Fault, good, type Result } from "./faults.ts";
import type { Signer } from "./signer.ts";
import { KEY_NAME, signedWith, type Vkey } from "./vkey.ts";

export { newKeyPem, type Signer, signerFromPem } from "./signer.ts";
export { makeVkey, parseVkey, type Vkey } from "./vkey.ts";

/** Signed notes of C2SP signed-note and the cosignatures of C2SP tlog-cosignature. */

export const noteLimits = { bytes: 65_536, lines: 32 } as const;

export interface SignatureLine {
  readonly name: string;
  readonly id: Buffer;
  /** What follows the key id. */
  readonly signature: Buffer;
  /** The line as it stands in the note, without its line end. */
  readonly line: string;
}

/** A note that can be read; nothing in it is verified yet. `text` ends with a line end. */
export interface Note {
  readonly text: string;
  readonly lines: readonly SignatureLine[];
}

export interface Cosignature {
  readonly vkey: Vkey;
  /** Unix seconds, as the witness signed them. */
  readonly time: number;
  readonly line: string;
}

/** A note whose every line of a known key verifies. */
export interface OpenNote {
  readonly text: string;
  readonly signedBy: readonly Vkey[];
  readonly cosignatures: readonly Cosignature[];
}

/** Text (ending with a line end) and one signature. */
export function signNote(text: string, signer: Signer): string {
  return appendLines(`${text}\n`, [signatureLine(text, signer)]);
}

export function signatureLine(text: string, signer: Signer): string {
  if (signer.vkey.type === 4) expectType(signer, 1);
  return lineOf(signer.vkey, signer.sign(Buffer.from(text)));
}

/** A cosignature/v1 line: "as of this second, this is the largest consistent tree I have seen". */
export function cosignatureLine(text: string, signer: Signer, unixSeconds: number): string {
  expectType(signer, 4);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(unixSeconds));
  return lineOf(signer.vkey, Buffer.concat([time, signer.sign(cosigned(text, unixSeconds))]));
}

export function appendLines(note: string, lines: readonly string[]): string {
  return note + lines.map((line) => `${line}\n`).join("");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f]/;
const LINE = /^\u2014 (\S+) (\S+)$/u;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a note: at most 64 KiB, or `atMost` bytes, and 32 signature lines, UTF-8 without BOM, LF the only control character. CP_SYNTAX. */
export function parseNote(raw: Buffer, atMost: number = noteLimits.bytes): Result<Note> {
  if (raw.length > atMost) return bad("CP_SYNTAX", `${raw.length} bytes, at most ${atMost}`);
  const whole = decode(raw);
  if (whole === undefined || FORBIDDEN.test(whole) || whole.startsWith("\ufeff")) {
    return bad("CP_SYNTAX", "not plain UTF-8 with LF line ends");
  }
  const gap = whole.lastIndexOf("\n\n");
  const block = whole.slice(gap + 2);
  if (gap < 0 || !block.endsWith("\n")) return bad("CP_SYNTAX", "no signature lines after an empty line");
  const written = block.slice(0, -1).split("\n");
  if (written.length > noteLimits.lines) return bad("CP_SYNTAX", `${written.length} signature lines`);
  const lines: SignatureLine[] = [];
  for (const line of written) {
    const read = parseLine(line);
    if (read === undefined) return bad("CP_SYNTAX", `not a signature line: ${line.slice(0, 80)}`);
    lines.push(read);
  }
  return good({ text: whole.slice(0, gap + 1), lines });
}

/**
 * Verifies every line of a known key; lines of other keys are ignored, as signed-note demands. One bad line of a known key
 * refuses the note: SIG_BAD, COSIG_BAD. KEY_UNKNOWN where no log key (type 1 or 255) of `keys` signed.
 */
export function openNote(
  raw: Buffer,
  keys: readonly Vkey[],
  atMost?: number,
  verify: Verify = signedWith,
): Result<OpenNote> {
  const note = parseNote(raw, atMost);
  if (!note.ok) return note;
  const { text, lines } = note.value;
  const signedBy: Vkey[] = [];
  const cosignatures: Cosignature[] = [];
  for (const line of lines) {
    for (const vkey of keys.filter((key) => key.name === line.name && key.id.equals(line.id))) {
      if (vkey.type !== 4) {
        const good = line.signature.length === 64 && verify(vkey, Buffer.from(text), line.signature);
        if (!good) return bad("SIG_BAD", `the signature of ${vkey.name}`);
        signedBy.push(vkey);
      } else {
        const time = verifiedTime(vkey, text, line, verify);
        if (time === undefined) return bad("COSIG_BAD", `the cosignature of ${vkey.name}`);
        cosignatures.push({ vkey, time, line: line.line });
      }
    }
  }
  if (signedBy.length === 0) return bad("KEY_UNKNOWN", `signed by ${lines.map((line) => line.name).join(", ")}`);
  return good({ text, signedBy, cosignatures });
}

/** The cosignatures of a note by these keys, whoever else signed: COSIG_BAD where one does not verify, CP_SYNTAX. */
export function verifiedCosignatures(
  raw: Buffer,
  keys: readonly Vkey[],
  verify: Verify = signedWith,
): Result<readonly Cosignature[]> {
  const note = parseNote(raw);
  if (!note.ok) return note;
  const cosignatures: Cosignature[] = [];
  for (const line of note.value.lines)
    for (const vkey of keys.filter(({ type, name, id }) => type === 4 && name === line.name && id.equals(line.id))) {
      const time = verifiedTime(vkey, note.value.text, line, verify);
      if (time === undefined) return bad("COSIG_BAD", `the cosignature of ${vkey.name}`);
      cosignatures.push({ vkey, time, line: line.line });
    }
  return good(cosignatures);
}

function parseLine(line: string): SignatureLine | undefined {
  const [, name, encoded] = LINE.exec(line) ?? [];
  if (name === undefined || !KEY_NAME.test(name)) return undefined;
  const bytes = fromBase64(encoded ?? "");
  if (bytes === undefined || bytes.length < 5) return undefined;
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4), line };
}

/** Whether 64 bytes are the key's signature of a message. */
export type Verify = typeof signedWith;

function verifiedTime(vkey: Vkey, text: string, { signature }: SignatureLine, verify: Verify): number | undefined {
  if (signature.length !== 72) return undefined;
  const time = Number(signature.readBigUInt64BE());
  if (!Number.isSafeInteger(time)) return undefined;
  return verify(vkey, cosigned(text, time), signature.subarray(8)) ? time : undefined;
}

const cosigned = (text: string, time: number): Buffer => Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);

const lineOf = (vkey: Vkey, signature: Buffer): string =>
  `\u2014 ${vkey.name} ${Buffer.concat([vkey.id, signature]).toString("base64")}`;

function expectType(signer: Signer, type: number): void {
  if (signer.vkey.type !== type)
    throw new Fault("KEY_UNKNOWN", `${signer.vkey.name} is a key of type ${signer.vkey.type}`);
}

function decode(raw: Buffer): string | undefined {
  try {
    return utf8.decode(raw);
  } catch {
    return undefined;
  }
}
