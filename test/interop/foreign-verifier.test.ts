import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { EntryBody } from "../../feed/format/body.ts";
import { checkpointText } from "../../feed/format/checkpoint.ts";
import { makeEntry, noPrev } from "../../feed/format/entry.ts";
import { verifyExport } from "../../feed/format/export.ts";
import { readExport } from "../../feed/format/export-files.ts";
import { signNote } from "../../feed/format/note.ts";
import { logOf, logSigner, sampleLog, statesAlone } from "../feed/format/sample-log.ts";
import { foreignVerifiers, verdicts } from "../foreign/verifiers.ts";
import { root } from "../support/program.ts";
import { needs, python } from "../support/system.ts";
import { tempDir } from "../support/temporary.ts";
import { exportFiles, type Files, writeFiles } from "./export-directory.ts";

const log = sampleLog(24);
const withStates = [...log.entries];
const logger: EntryBody = {
  type: "config",
  t: "2026-10-01T00:02:00.000Z",
  dev: "log",
  points: { "log.so2": ["mg/m3", "M1:2011:a21026-Rtd:number", "1", 2] },
  reads: ["pushed by M1"],
  sha256: Buffer.alloc(32).toString("base64"),
  by: "site",
};
for (const body of [logger, ...statesAlone(25, 24)]) {
  const seq = withStates.length;
  withStates.push(makeEntry(body, seq, withStates.at(-1)?.hash ?? noPrev, Buffer.alloc(12, seq)));
}
const states = exportFiles(logOf(withStates), 0, 27, [10, 27]);
const whole = exportFiles(log, 0, 24, [5, 10, 24]);
const tail = exportFiles(log, 11, 24, [11, 16, 24]);

function ours(dir: string): { readonly exit: number; readonly codes: readonly string[] } {
  const files = readExport(dir);
  if (!files.ok) return { exit: 2, codes: [files.problem.code] };
  const { verdict, findings } = verifyExport(files.value);
  // The others remark on nothing.
  const refusing = findings.filter(({ severity }) => severity === "F" || severity === "R");
  return { exit: verdict === "REFUSED" ? 2 : 0, codes: refusing.map((finding) => finding.code).sort() };
}

const changed = (files: Files, name: string, change: (text: string) => string): Files => {
  const before = files.get(name)?.toString() ?? "";
  const after = change(before);
  if (after === before) throw new Error(`${name} was not changed`);
  return new Map([...files, [name, Buffer.from(after)]]);
};

needs("python").describe("verifiers that share no code with ours", () => {
  const all = foreignVerifiers();
  const dirsOf = (cases: readonly Files[]): string[] => {
    const base = tempDir();
    return cases.map((files, index) => writeFiles(join(base, String(index)), files));
  };

  it.each(all)("$name accepts what we wrote, and so do we", (verifier) => {
    const dirs = dirsOf([whole, tail, states]);
    expect(verdicts(verifier, dirs)).toMatchObject([
      { exit: 0, codes: [] },
      { exit: 0, codes: [] },
      { exit: 0, codes: [] },
    ]);
    expect(dirs.map(ours)).toEqual([
      { exit: 0, codes: [] },
      { exit: 0, codes: [] },
      { exit: 0, codes: [] },
    ]);
  });

  it.each(all)("$name and we accept the published vectors", (verifier) => {
    const dir = join(root, "test/vectors");
    expect(verdicts(verifier, [dir])).toMatchObject([{ exit: 0 }]);
    expect(ours(dir).exit).toBe(0);
  });

  it.each(all)("$name refuses one digit of one value with the codes we give", (verifier) => {
    const dirs = dirsOf(
      [3, 9, 22].map((line) =>
        changed(whole, "leaves.jsonl", (text) =>
          text
            .split("\n")
            .map((entry, index) => (index === line ? entry.replace(/(\d)(?=\.37"|Z","type":"event")/, flip) : entry))
            .join("\n"),
        ),
      ),
    );
    const expected = { exit: 2, codes: ["PREV_MISMATCH", "ROOT_MISMATCH"] };
    // Of the three, two are frames: that their values are not what their bytes give, only we see.
    const ofFrame = { exit: 2, codes: ["PREV_MISMATCH", "RAW_MISMATCH", "ROOT_MISMATCH"] };
    expect(dirs.map(ours)).toEqual([ofFrame, expected, ofFrame]);
    expect(verdicts(verifier, dirs)).toMatchObject([expected, expected, expected]);
  });

  it.each([
    ["SEQ_GAP", changed(whole, "leaves.jsonl", (text) => text.replace(/^.*"seq":12.*\n/m, ""))],
    ["SEQ_ORDER", changed(whole, "leaves.jsonl", (text) => text.replace(/^(.*"seq":12.*\n)(.*\n)/m, "$2$1"))],
    ["REC_NONCANON", changed(whole, "leaves.jsonl", (text) => text.replace('"cfg":1,', '"cfg": 1,'))],
    ["REC_NONCANON", changed(whole, "leaves.jsonl", (text) => text.slice(0, -1))],
    ["LEAVES_MISSING", changed(whole, "leaves.jsonl", (text) => text.replace(/.*\n$/, ""))],
    ["ROOT_MISMATCH", changed(whole, "entry.tlog-proof", (text) => text.replace("index 22", "index 21"))],
    ["SIG_BAD", new Map([...whole, ["checkpoints/10.note", forged("checkpoints/10.note", 0)]])],
    ["COSIG_BAD", new Map([...whole, ["checkpoints/10.note", forged("checkpoints/10.note", 1)]])],
    ["CP_FORK", new Map([...whole, ...forkNote()])],
    ["CP_ORIGIN", new Map([...whole, ["checkpoints/10.note", otherOrigin()]])],
    ["CP_SYNTAX", changed(whole, "checkpoints/10.note", (text) => text.replaceAll("\n", "\r\n"))],
    ["KEY_UNKNOWN", changed(whole, "checkpoints/10.note", (text) => text.replace(/^\u2014 test.*\n/m, ""))],
    ["QUORUM", new Map([...whole].map(([name, bytes]) => [name, withoutMirror(name, bytes)]))],
    ["CERT_RANGE", changed(tail, "open.frontier", (text) => text.replace(/.*\n$/, ""))],
  ])("all give %s where it belongs", (code, files) => {
    const dirs = dirsOf([files as Files]);
    for (const [name, verdict] of [
      ["ours", ours(dirs[0] as string)],
      ...all.map((v) => [v.name, verdicts(v, dirs)[0]]),
    ]) {
      expect(verdict, String(name)).toMatchObject({ codes: expect.arrayContaining([code]) });
      expect(verdict, String(name)).not.toMatchObject({ exit: 0 });
    }
  });

  it("agree with us on hundreds of directories changed at random", () => {
    const cases = fc.sample(mutated, { numRuns: 400, seed: 20_261_001 });
    const dirs = dirsOf(cases.map(({ files }) => files));
    const accepted = dirs.map((dir) => ours(dir).exit === 0);
    expect(accepted.filter((yes) => yes).length, "a few changes leave the meaning as it was").toBeLessThan(100);
    for (const verifier of all) {
      const theirs = verdicts(verifier, dirs).map((verdict) => verdict.exit === 0);
      const differ = cases.filter((_, index) => accepted[index] !== theirs[index]);
      // The published one takes policies that C2SP tlog-policy forbids, and a proof with its first line doubled.
      const tolerated = verifier.name === "published" ? ["keys.txt", "entry.tlog-proof"] : [];
      const unexplained = differ.filter((made) => !tolerated.includes(made.name) || accepted[cases.indexOf(made)]);
      expect(unexplained, verifier.name).toEqual([]);
    }
  });
});

needs("python").describe("our foreign verifier as a program", () => {
  const verify = join(root, "test/foreign/verify.py");
  it("ends with 0, 2 and 64", () => {
    const run = (...args: string[]) => spawnSync(python() ?? "", [verify, ...args], { encoding: "utf8" });
    const good = run(writeFiles(tempDir(), whole));
    expect([good.status, good.stdout]).toEqual([0, expect.stringMatching(/^VALID: 24 entries, root .{44}\n$/)]);
    const bad = run(writeFiles(tempDir(), new Map([...whole, ["leaves.jsonl", Buffer.from("{}\n")]])));
    expect([bad.status, bad.stdout]).toEqual([2, expect.stringContaining("REFUSED: LEAVES_MISSING")]);
    expect(run().status).toBe(64);
    expect(run("/nowhere").status).toBe(64);
  });

  it("has none of the product's code", () => {
    const source = execFileSync("cat", [verify], { encoding: "utf8" });
    const imports = [...source.matchAll(/^(?:from|import) ([a-z0-9_]+)/gm)].map(([, name]) => name);
    expect(new Set(imports)).toEqual(
      new Set(["base64", "binascii", "hashlib", "json", "re", "sys", "unicodedata", "pathlib", "cryptography"]),
    );
  });
});

/** One change of one file: a byte replaced, removed, doubled or added, two lines exchanged, or a line lost or doubled. */
const mutated: fc.Arbitrary<{ readonly name: string; readonly files: Files }> = fc
  .tuple(
    fc.constantFrom(whole, tail),
    fc.constantFrom(
      "leaves.jsonl",
      "leaves.jsonl",
      "checkpoints/16.note",
      "checkpoints/24.note",
      "keys.txt",
      "open.frontier",
      "entry.tlog-proof",
    ),
    fc.constantFrom("replace", "remove", "add", "swap", "lose", "double"),
    fc.nat(1_000_000),
    fc.integer({ min: 0x20, max: 0x7e }),
  )
  .map(([files, file, how, place, byte]) => {
    const name = files.has(file) ? file : "leaves.jsonl";
    const bytes = files.get(name) as Buffer;
    const lines = bytes.toString().split("\n");
    const at = place % bytes.length;
    const line = place % (lines.length - 1);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
    const by = Buffer.from([byte]);
    const joined = (...parts: readonly (readonly string[])[]): Buffer => Buffer.from(parts.flat().join("\n"));
    const [head, tailLines] = [lines.slice(0, line), lines.slice(line + 1)];
    const result = {
      replace: () => Buffer.concat([before, by, after]),
      remove: () => Buffer.concat([before, after]),
      add: () => Buffer.concat([before, by, bytes.subarray(at)]),
      swap: () => joined(head, tailLines.slice(0, 1), lines.slice(line, line + 1), tailLines.slice(1)),
      lose: () => joined(head, tailLines),
      double: () => joined(head, lines.slice(line, line + 1), lines.slice(line)),
    }[how]?.();
    return { name, files: new Map([...files, [name, result as Buffer]]) };
  });

function flip(digit: string): string {
  return String((Number(digit) + 1) % 10);
}

/** A signature or a cosignature of another checkpoint, under the name it has there. */
function forged(name: string, index: number): Buffer {
  const own = (whole.get(name) as Buffer).toString().split("\n");
  const other = (whole.get("checkpoints/5.note") as Buffer).toString().split("\n");
  own[4 + index] = other[4 + index] as string;
  return Buffer.from(own.join("\n"));
}

/** The log's key under a checkpoint that names another log. */
function otherOrigin(): Buffer {
  return Buffer.from(signNote(checkpointText({ origin: "other.example", size: 10, root: log.root(10) }), logSigner));
}

function forkNote(): Files {
  const other = exportFiles(sampleLog(24, "b"), 0, 24, [10]);
  return new Map([["checkpoints/10b.note", other.get("checkpoints/10.note") as Buffer]]);
}

const withoutMirror = (name: string, bytes: Buffer): Buffer =>
  name.includes("/") || name.endsWith("proof") ? Buffer.from(bytes.toString().replace(/^\u2014 m1.*\n/m, "")) : bytes;
