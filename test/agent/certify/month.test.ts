import { createHash } from "node:crypto";
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import encodeQR from "qr";
import decodeQR from "qr/decode.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certifyMonth } from "../../../agent/certify/certify.ts";
import { type Close, signClose } from "../../../feed/cert/close.ts";
import { type Certificate, openCertificate, signCertificate } from "../../../feed/cert/form.ts";
import { qrText } from "../../../feed/cert/page.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { appendLines, parseNote, signatureLine } from "../../../feed/format/note.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { onOneCore, onTwoCores } from "../../../feed/receiver/verify.ts";
import { tempDir } from "../../support/temporary.ts";

import { control, enter, from, hour, log, october, optionsFor, origin, receiptFor, to, verified } from "./october.ts";

describe("a month", () => {
  let dir: string;
  let out: string;
  beforeAll(async () => {
    dir = october();
    enter(dir, "20.5", "lab-17");
    out = join(tempDir(afterAll), "bundle");
    await certifyMonth(optionsFor(dir, out));
  });
  const certificate = () => {
    const open = openCertificate(readFileSync(join(out, "cert.note")), [log.vkey], [control.vkey]);
    if (!open.ok) throw new Error(open.problem.detail);
    return open.value;
  };

  test("is certified from the journal alone", () => {
    const { params, frames, events, clock, gaps, anchor, cfg, docs, manual } = certificate().certificate;
    expect(params.map(({ code, value, n, expected }) => [code, value, n, expected])).toEqual([
      ["generation", ["1116.0", "N"], 31, 31],
      ["ncv-ar.coal", ["20.5", "N"], 1, 1],
    ]);
    expect([frames, events, clock]).toEqual([181, { CLOCK_STEP: 1 }, { maxErrMs: 4, steps: 1, unsync: 0 }]);
    expect([gaps.count, gaps.list]).toEqual([
      1,
      [[isoTime(millis(from + 3 * hour - 60_000)), isoTime(millis(to - 30_000))]],
    ]);
    expect([anchor.count, cfg, docs.length, manual.length]).toEqual([1, [1, 2], 1, 1]);
  });

  test("is verified offline and needs the service's signature", async () => {
    expect(verified(out).lines.at(-1)).toBe("REFUSED: CERT_NOT_COUNTERSIGNED");
    const { note, refused } = await receiptFor(dir, readFileSync(join(out, "cert.note")));
    expect(refused).toEqual([]);
    writeFileSync(join(out, "cert.note"), note ?? "");
    expect(verified(out).lines.slice(-1)[0]).toMatch(/^VALID/);
  });

  test("is written again byte for byte, and replaced only with a reason", async () => {
    const again = join(tempDir(), "again");
    const made = await certifyMonth(optionsFor(dir, again));
    expect(made.issued).toBe(false);
    expect(readFileSync(join(again, "leaves.jsonl")).equals(readFileSync(join(out, "leaves.jsonl")))).toBe(true);
    expect(readFileSync(join(again, "hourly.csv")).equals(readFileSync(join(out, "hourly.csv")))).toBe(true);
  });

  /** The bundle with another certificate, signed by the log's own key and countersigned as if the service had been fooled. */
  const forged = (change: (certificate: Certificate) => Certificate): { lines: string[] } => {
    const copy = join(tempDir(), "forged");
    cpSync(out, copy, { recursive: true });
    const note = signCertificate(change(certificate().certificate), log);
    const parsed = parseNote(note);
    if (!parsed.ok) throw new Error(parsed.problem.detail);
    writeFileSync(join(copy, "cert.note"), appendLines(note.toString(), [signatureLine(parsed.value.text, control)]));
    return verified(copy);
  };
  const codes = ({ lines }: { lines: string[] }): string => lines.at(-1) ?? "";

  test.each([
    [
      "a value",
      "CERT_VALUE",
      (c) => ({ ...c, params: c.params.map((one) => ({ ...one, value: ["9.00", "N"] as const })) }),
    ],
    ["the count of frames", "CERT_VALUE", (c) => ({ ...c, frames: 40_000 })],
    ["a gap left out", "CERT_GAP_UNDECLARED", (c) => ({ ...c, gaps: { count: 0, seconds: 0, list: [] } })],
    ["a gap cut short", "CERT_GAP_UNDECLARED", (c) => ({ ...c, gaps: { ...c.gaps, seconds: 1 } })],
    ["an event left out", "CERT_VALUE", (c) => ({ ...c, events: {}, clock: { ...c.clock, steps: 0 } })],
    ["the tamper window made small", "CERT_VALUE", (c) => ({ ...c, anchor: { ...c.anchor, max: 1 } })],
    ["the month's end moved", "CERT_MONTH", (c) => ({ ...c, span: [c.span[0], c.closed] as const })],
    ["another month", "CERT_MONTH", (c) => ({ ...c, month: "2026-09" })],
    ["the range cut", "CERT_RANGE", (c) => ({ ...c, range: [c.range[0], c.range[1] - 1] as const })],
    ["another tree", "CERT_RANGE", (c) => ({ ...c, close: [c.close[0], c.open[1]] as const })],
    ["the time of closing", "CERT_VALUE", (c) => ({ ...c, closed: c.span[1] })],
    ["another log", "CERT_ORIGIN", (c) => ({ ...c, origin: "dqs.example.cn/log/other/1" })],
    [
      "the hash of a file",
      "CERT_MANIFEST",
      (c) => ({ ...c, manifest: { ...c.manifest, "hourly.csv": c.manifest["leaves.jsonl"] } }),
    ],
    ["a document nobody proves", "LEAVES_MISSING", (c) => ({ ...c, docs: [...c.docs, 9999] })],
    ["anything at all", "CERT_NOT_LOGGED", (c) => ({ ...c, cert: "p1-s1-2026-10-2" })],
  ] as readonly (readonly [string, string, (c: Certificate) => Certificate])[])(
    "is refused with %s changed: %s",
    (_what, code, change) => {
      expect(codes(forged(change))).toContain(code);
    },
  );

  test.each([
    ["as it is", undefined, () => {}],
    [
      "with another signature on a checkpoint",
      "COSIG_BAD",
      (copy) => {
        const note = join(copy, "checkpoints", readdirSync(join(copy, "checkpoints"))[3] ?? "");
        writeFileSync(note, readFileSync(note, "utf8").replace(/(?<=\u2014 w1\S* )(.{20})./m, "$1/"));
      },
    ],
    ["with entries cut off", "LEAVES_MISSING", (copy) => truncateSync(join(copy, "leaves.jsonl"), 9000)],
    ["with a torn line behind its entries", "REC_NONCANON", (copy) => appendFileSync(join(copy, "leaves.jsonl"), "x")],
  ] as readonly (readonly [string, string | undefined, (copy: string) => void])[])(
    "is judged on two cores as on one, %s",
    (_, code, change) => {
      const copy = join(tempDir(), "two");
      cpSync(out, copy, { recursive: true });
      change(copy);
      const one = onOneCore(copy, undefined);
      expect(onTwoCores(copy, undefined)).toEqual(one);
      if (code !== undefined) expect(one.report.findings.map((finding) => finding.code)).toContain(code);
    },
  );

  test("agrees with its entries also where the trees before them are missing", () => {
    const copy = join(tempDir(), "lost");
    cpSync(out, copy, { recursive: true });
    writeFileSync(join(copy, "open.frontier"), "");
    const found = onOneCore(copy, undefined).report.findings.map(({ code }) => code);
    expect([...new Set(found)]).toEqual(["CERT_RANGE", "LEAVES_MISSING", "CERT_MANIFEST"]);
  });

  /** The certificate's note with something done to its bytes. */
  const rewritten = (change: (note: string) => string): { lines: string[] } => {
    const copy = join(tempDir(), "rewritten");
    cpSync(out, copy, { recursive: true });
    const path = join(copy, "cert.note");
    writeFileSync(path, change(readFileSync(path, "utf8")));
    return verified(copy);
  };

  test.each([
    ["CERT_SYNTAX", "another first line", (note) => note.replace(/^.*\n/, "cems-cert/v9\n")],
    ["CERT_SYNTAX", "a member nobody knows", (note) => note.replace("\n{", '\n{"a":1,')],
    ["CERT_NONCANON", "a space", (note) => note.replace('"cert":', '"cert": ')],
    ["CERT_SIG", "a digit of a value", (note) => note.replace('"1116.0"', '"1116.1"')],
    ["CERT_SIG", "no signature of the log", (note) => note.replace(/^— dqs\.example.*\n/m, "— other AAAAAAAA\n")],
  ] as readonly (readonly [string, string, (note: string) => string])[])(
    "is refused as %s with %s",
    (code, _what, change) => {
      expect(rewritten(change)).toMatchObject({ status: 2 });
      expect(codes(rewritten(change))).toContain(code);
    },
  );

  test("is refused by the service too when a value is not what its entries give", async () => {
    const lie = certificate().certificate;
    const note = signCertificate({ ...lie, params: lie.params.map((one) => ({ ...one, n: 7 })) }, log);
    const { note: answer } = await receiptFor(dir, note);
    expect(answer).toBeUndefined(); // no entry names it: it stays without answer
  });

  test("shows a cut hourly table, and a closing statement that says more", () => {
    const copy = join(tempDir(), "cut");
    cpSync(out, copy, { recursive: true });
    writeFileSync(join(copy, "hourly.csv"), "");
    expect(codes(verified(copy))).toContain("CERT_MANIFEST");
    const { cert, close, month } = certificate().certificate;
    const closed = (more: Partial<Close>): void =>
      writeFileSync(
        join(out, "close.note"),
        signClose(
          {
            origin,
            month,
            size: close[0],
            root: close[1],
            mirrored: 999,
            certs: [[cert, textHash()]],
            t: isoTime(millis(to)),
            ...more,
          },
          control,
        ),
      );
    const textHash = (): string => createHash("sha256").update(certificate().text).digest("base64");
    closed({});
    expect(codes(verified(out))).not.toMatch(/CERT_(TRUNCATED|SUPERSEDED|MONTH|ORIGIN|SIG)/);
    closed({ size: close[0] + 50 });
    expect(codes(verified(out))).toContain("CERT_TRUNCATED");
    closed({
      certs: [
        [cert, textHash()],
        ["p1-s1-2026-10-2", textHash()],
      ],
    });
    expect(codes(verified(out))).toContain("CERT_SUPERSEDED");
    closed({ month: "2026-09" });
    expect(codes(verified(out))).toContain("CERT_MONTH");
    rmSync(join(out, "close.note"));
  });
});

test("the page to print names the values, and its QR code the digest of the note", async () => {
  const dir = october();
  const out = join(tempDir(), "bundle");
  await certifyMonth(optionsFor(dir, out));
  const page = readFileSync(join(out, "certificate.html"), "utf8");
  expect(page).toContain("发电量");
  expect(page).toContain(">1116.0<");
  expect(page).toContain("cert.not-entered");
  expect(page).not.toMatch(/(src|href)=/); // no file beside it
  const open = openCertificate(readFileSync(join(out, "cert.note")), [log.vkey]);
  if (!open.ok) throw new Error(open.problem.detail);
  const raw = encodeQR(qrText(open.value), "raw", { scale: 4 });
  const data = Uint8Array.from(
    raw.flatMap((row) => row.flatMap((dark) => (dark ? [0, 0, 0, 255] : [255, 255, 255, 255]))),
  );
  const digest = createHash("sha256").update(open.value.text).digest("hex");
  expect(decodeQR({ height: raw.length, width: raw.length, data })).toBe(
    `cems-cert/v1 p1-s1-2026-10-1 sha256:${digest}`,
  );
  expect(page).toContain(encodeQR(qrText(open.value), "svg"));
});
