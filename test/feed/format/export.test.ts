import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ExportFiles, verifyExport } from "../../../feed/format/export.ts";
import { readExport } from "../../../feed/format/export-files.ts";
import { linesOf } from "../../../feed/format/leaves.ts";
import { exportFiles, type Files } from "../../interop/export-directory.ts";
import { tempDir } from "../../support/temporary.ts";
import { mirror, origin, sampleLog, witness } from "./sample-log.ts";

const log = sampleLog(24);
const of = (files: Files, change: Partial<ExportFiles> = {}): ExportFiles => {
  const named = (test: (name: string) => boolean) =>
    [...files].filter(([name]) => test(name)).map(([name, bytes]) => ({ name, bytes }));
  const frontier = files.get("open.frontier");
  return {
    keys: (files.get("keys.txt") as Buffer).toString(),
    leaves: [files.get("leaves.jsonl") as Buffer],
    ...(frontier && { frontier: frontier.toString() }),
    notes: named((name) => name.endsWith(".note")),
    proofs: named((name) => name.endsWith(".tlog-proof")),
    ...change,
  };
};
const whole = exportFiles(log, 0, 24, [5, 20]);
const tail = exportFiles(log, 11, 24, [11, 24]);
const leaves = (files: Files): Buffer => files.get("leaves.jsonl") as Buffer;

describe("the report on a bundle directory", () => {
  it("says what is here, who cosigned it when, and what no quorum covers yet", () => {
    const time = Date.UTC(2026, 9, 1) / 1000;
    expect(verifyExport(of(whole))).toEqual({
      verdict: "VALID",
      origin,
      findings: [],
      unjudged: 0,
      checkpoints: [5, 20].map((size) => ({
        file: `checkpoints/${size}.note`,
        size,
        cosigned: [
          { name: witness.vkey.name, time: time + size * 5 },
          { name: mirror.vkey.name, time: time + size * 5 + 1 },
        ],
        quorate: true,
      })),
      first: 0,
      entries: 24,
      root: log.root(24),
      covered: 20,
    });
  });

  it("is the same however the file comes in chunks", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(leaves(whole).length), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), leaves(whole).length];
        const chunks = at.slice(1).map((end, index) => leaves(whole).subarray(at[index], end));
        expect(verifyExport(of(whole, { leaves: chunks }))).toEqual(verifyExport(of(whole)));
      }),
      { numRuns: 30 },
    );
  });

  it("begins where its frontier ends", () => {
    expect(verifyExport(of(tail))).toMatchObject({ verdict: "VALID", first: 11, entries: 13, covered: 24 });
  });

  it("names each code once, with the first and last entry it concerns", () => {
    const changed = leaves(whole).toString().replaceAll('"cfg":1', '"cfg":-1');
    const { verdict, findings } = verifyExport(of(whole, { leaves: [Buffer.from(changed)] }));
    expect(verdict).toBe("REFUSED");
    expect(findings.map(({ code, first, last, times }) => [code, first, last, times])).toEqual([
      ["REC_SCHEMA", 3, 23, 19],
      ["PREV_MISMATCH", 4, 23, 18],
      ["ROOT_MISMATCH", undefined, undefined, 3],
    ]);
  });

  it.each([
    ["CERT_RANGE", of(tail, { frontier: (tail.get("open.frontier") as Buffer).toString().replace("11", "13") })],
    ["CERT_RANGE", of(tail, { frontier: "not base64" })],
    ["CERT_RANGE", of(whole, { frontier: log.root(1).toString("base64") })],
    ["KEY_UNKNOWN", of(whole, { keys: of(whole).keys.replace("+", "") })],
    ["QUORUM", of(whole, { keys: "quorum\n" })],
    ["LEAVES_MISSING", of(whole, { notes: [] })],
    ["LEAVES_MISSING", of(whole, { leaves: [] })],
    ["LEAVES_MISSING", of(tail, { notes: of(whole).notes })],
    ["CP_SYNTAX", of(whole, { proofs: [{ name: "x", bytes: Buffer.from("index 0\n\n") }] })],
  ])("has %s", (code, files) => {
    const report = verifyExport(files);
    expect(report.findings.map((finding) => finding.code)).toContain(code);
    expect(report.verdict).toBe("REFUSED");
  });
});

describe("a directory that is none", () => {
  it.each(["keys.txt", "leaves.jsonl"])("is refused without %s", (missing) => {
    const dir = tempDir();
    mkdirSync(join(dir, "checkpoints"));
    for (const [name, bytes] of whole) if (name !== missing) writeFileSync(join(dir, name), bytes);
    expect(readExport(dir)).toMatchObject({ problem: { code: "ENV_SYNTAX", detail: `${missing} is not there` } });
  });
});

it("holds little of a line that does not end, and refuses it", () => {
  const chunk = Buffer.alloc(1_048_576, "x");
  function* endless(): Generator<Buffer> {
    for (let count = 0; count < 64; count++) yield chunk;
  }
  expect([...linesOf(endless())].map(({ bytes }) => bytes.length)).toEqual([chunk.length]);
  expect(verifyExport(of(whole, { leaves: endless() })).findings.map(({ code }) => code)).toContain("REC_NONCANON");
});
