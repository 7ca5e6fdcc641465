import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkpointText, parseCheckpoint } from "../../../../feed/format/checkpoint.ts";
import { type ExportFiles, verifyExport } from "../../../../feed/format/export.ts";
import { signNote } from "../../../../feed/format/note.ts";
import { formatPolicy, parsePolicy } from "../../../../feed/format/policy.ts";
import { sm2Pem, sm2SignerFromPem } from "../../../../feed/format/sm/signer.ts";
import { newSm2Secret } from "../../../../feed/format/sm/sm2.ts";
import { pushSm3, sm3RootOf, sm3RootOfAll, twinOrigin } from "../../../../feed/format/sm/tree.ts";
import { emptyFrontier, type Frontier } from "../../../../feed/format/tree.ts";
import { exportFiles } from "../../../interop/export-directory.ts";
import { logSigner, origin, sampleLog } from "../sample-log.ts";

const vector = (name: string): Buffer => readFileSync(new URL(`../../../vectors/${name}`, import.meta.url));
const log = sampleLog(24);
const signer = sm2SignerFromPem(twinOrigin(origin), sm2Pem(newSm2Secret()));

function treeOf(size: number): Frontier {
  let tree = emptyFrontier;
  for (const { bytes } of log.entries.slice(0, size)) tree = pushSm3(tree, bytes);
  return tree;
}
const twinNote = (size: number, of = size, name = twinOrigin(origin)): Buffer =>
  Buffer.from(signNote(checkpointText({ origin: name, size, root: sm3RootOf(treeOf(of)) }), signer));
const named = (...notes: [number, Buffer][]) =>
  notes.map(([size, bytes]) => ({ name: `checkpoints/${size}-sm3.note`, bytes }));

function files(from: number, sizes: readonly number[], change: Partial<ExportFiles> = {}): ExportFiles {
  const made = exportFiles(log, from, 24, sizes);
  const frontier = made.get("open.frontier");
  return {
    keys: `${(made.get("keys.txt") as Buffer).toString()}# twin ${signer.vkey.text}\n`,
    leaves: [made.get("leaves.jsonl") as Buffer],
    ...(frontier && { frontier: frontier.toString() }),
    notes: [...made].filter(([name]) => name.endsWith(".note")).map(([name, bytes]) => ({ name, bytes })),
    proofs: [],
    twins: named(...sizes.map((size): [number, Buffer] => [size, twinNote(size)])),
    ...change,
  };
}
const codes = (change: ExportFiles): readonly string[] => verifyExport(change).findings.map(({ code }) => code);

describe("the twin tree", () => {
  it("has the root of the published checkpoint", () => {
    const lines = vector("leaves.jsonl").toString().trimEnd().split("\n");
    const text = parseCheckpoint(vector("checkpoint-7-sm3.txt").toString());
    expect(text.ok && text.value.root.equals(sm3RootOfAll(lines.slice(0, 7).map((line) => Buffer.from(line))))).toBe(
      true,
    );
  });

  it("of nothing has the hash of nothing", () => {
    // SM3 of the empty message
    expect(sm3RootOfAll([]).toString("hex")).toBe("1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");
  });
});

describe("a bundle with a twin", () => {
  it("is valid from entry 0, and from a later one with the frontier of the twin", () => {
    expect(verifyExport(files(0, [5, 24])).findings).toEqual([]);
    const lines = treeOf(11).stack.map((hash) => `${hash.toString("base64")}\n`);
    expect(verifyExport(files(11, [11, 24], { twinFrontier: lines.join("") })).findings).toEqual([]);
    expect(codes(files(11, [11, 24]))).toContain("CERT_RANGE");
    expect(codes(files(11, [11, 24], { twinFrontier: [...lines].reverse().join("") }))).toContain("ROOT_MISMATCH");
  });

  it("is refused where the twin was taken away, or is behind its log", () => {
    expect(codes(files(0, [5, 24], { twins: [] }))).toEqual(["QUORUM"]);
    expect(codes(files(0, [5, 24], { twins: named([5, twinNote(5)]) }))).toEqual(["QUORUM"]);
  });

  it("is refused where the twin is of other entries, of another origin or of another key", () => {
    expect(codes(files(0, [24], { twins: named([24, twinNote(24, 23)]) }))).toEqual(["ROOT_MISMATCH"]);
    expect(codes(files(0, [24], { twins: named([24, twinNote(24, 24, origin)]) }))).toContain("CP_ORIGIN");
    const stranger = sm2SignerFromPem(twinOrigin(origin), sm2Pem(newSm2Secret()));
    const foreign = signNote(checkpointText({ origin: twinOrigin(origin), size: 24, root: log.root(24) }), stranger);
    expect(codes(files(0, [24], { twins: named([24, Buffer.from(foreign)]) }))).toContain("KEY_UNKNOWN");
  });

  it("is refused where two twins of one size have different roots", () => {
    const twins = named([24, twinNote(24)], [24, twinNote(24, 23)]);
    expect(codes(files(0, [24], { twins }))).toContain("CP_FORK");
  });

  it("is judged by its other suite alone where the policy names no key of a twin", () => {
    const { keys, ...rest } = files(0, [24], { twins: named([24, twinNote(24, 23)]) });
    expect(codes({ ...rest, keys: keys.replace(/# twin .*\n/, "") })).toEqual([]);
  });
});

describe("a policy with a twin", () => {
  it("reads back as what it says", () => {
    const read = parsePolicy(`# twin ${signer.vkey.text}\nquorum none\n`);
    expect(read).toMatchObject({ ok: true, value: { twins: [signer.vkey] } });
    expect(read.ok && parsePolicy(formatPolicy(read.value))).toEqual(read);
  });

  it("is refused where the key is not of SM2, or stands there twice", () => {
    const twice = `# twin ${signer.vkey.text}\n`.repeat(2);
    expect(parsePolicy(`${twice}quorum none\n`)).toMatchObject({ problem: { code: "KEY_UNKNOWN" } });
    expect(parsePolicy(`# twin ${logSigner.vkey.text}\nquorum none\n`)).toMatchObject({ ok: false });
    expect(parsePolicy(`log ${signer.vkey.text}\nquorum none\n`)).toMatchObject({ ok: false });
  });
});
