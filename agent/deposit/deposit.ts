import { z } from "zod";
import type { DocBody, ManualBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";

/** A value that a person gives, with the document that supports it. */
const schema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("deposit"),
  code: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  value: z.string().regex(/^-?\d{1,20}(\.\d{1,12})?$/),
  unit: z.string().regex(/^\S.{0,31}$/),
  period: z.string().regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/),
  by: z.string().regex(/^[^\p{Cc}]{1,64}$/u),
  name: z.string().regex(/^[^\p{Cc}/]{1,255}$/u),
  mime: z.string().regex(/^[a-z]+\/[A-Za-z0-9.+-]{1,100}$/),
  bytes: z.int().min(1),
  /** Lowercase hexadecimal; also the document's name in the documents folder. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Deposit = z.output<typeof schema>;

/** What each member must look like, for whoever typed it. */
export const wanted: Readonly<Record<string, string>> = {
  code: "letters, digits and . _ -, at most 64",
  value: "a decimal such as 21.35",
  unit: "a unit of at most 32 characters",
  period: "a year, month or day: 2026, 2026-10 or 2026-10-31",
  by: "a role and staff number, at most 64 characters",
};

/** Reads what was handed over, or tells the member that does not fit. */
export function readDeposit(text: string): Deposit | { readonly wrong: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { wrong: "not JSON" };
  }
  const read = schema.safeParse(value);
  return read.success ? read.data : { wrong: String(read.error.issues[0]?.path[0] ?? "unknown member") };
}

/** The document first, then the value that names it. `seq` is the number that the document will have. */
export function depositBodies(deposit: Deposit, seq: number, now: Millis): readonly [DocBody, ManualBody] {
  const { code, value, unit, period, by, name, mime, bytes } = deposit;
  const t = isoTime(now);
  const sha256 = Buffer.from(deposit.sha256, "hex").toString("base64");
  return [
    { type: "doc", t, name: name.normalize("NFC"), mime, bytes, sha256 },
    { type: "manual", t, code, value, unit: unit.normalize("NFC"), period, by: by.normalize("NFC"), docs: [seq] },
  ];
}

/** By the ending of the name; anything else is bytes. */
const mimes: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  tif: "image/tiff",
  csv: "text/csv",
  txt: "text/plain",
  xml: "application/xml",
  json: "application/json",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
};
export const mimeOf = (name: string): string =>
  mimes[/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ""] ?? "application/octet-stream";
