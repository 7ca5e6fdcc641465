import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checks } from "../../../feed/format/faults.ts";
import { makeVkey, signNote, type Vkey } from "../../../feed/format/note.ts";
import { entrySchema } from "../../../feed/format/schema.ts";
import { sm2Pem, sm2SignerFromPem } from "../../../feed/format/sm/signer.ts";
import { newSm2Secret } from "../../../feed/format/sm/sm2.ts";
import { twinOrigin } from "../../../feed/format/sm/tree.ts";
import { topics } from "../../../feed/format/topics.ts";
import { flags } from "../../../feed/format/vocabulary.ts";
import { exportFiles, writeFiles } from "../../interop/export-directory.ts";
import { root } from "../../support/program.ts";
import { needs } from "../../support/system.ts";
import { tempDir } from "../../support/temporary.ts";
import { origin, sampleLog } from "./sample-log.ts";

const readme = readFileSync(join(root, "feed/README.md"), "utf8");
const clause = (number: number): string => {
  const start = readme.indexOf(`\n## ${number} `);
  return readme.slice(start, readme.indexOf("\n## ", start + 1));
};
const rows = (text: string): string[][] =>
  [...text.matchAll(/^\| `.*$/gm)].map(([row]) => row.slice(2, -2).split(" | "));
const words = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word as string);

describe("the normative text", () => {
  it("has the codes of the code, with their severity and meaning, and no other", () => {
    const written = rows(clause(10)).map(([code = "", severity, means]) => [words(code)[0], severity, means]);
    expect(written).toEqual(Object.entries(checks).map(([code, { severity, means }]) => [code, severity, means]));
  });

  it("speaks of no code that is not in its table", () => {
    const spoken = words(readme).filter((word) => /^[A-Z]+_[A-Z_]+$|^QUORUM$/.test(word));
    expect(spoken.filter((word) => !(word in checks))).toEqual([]);
  });

  it("names every type of entry, and every member of each", () => {
    const types = rows(clause(3)).filter(([first = ""]) => /^`[a-z]+`$/.test(first));
    const text = clause(3);
    for (const option of entrySchema.options) {
      const [type] = option.shape.type.values;
      const row = types.find(([first]) => first === `\`${type}\``)?.join(" ") ?? "";
      const defined = type === "config" || type === "frame" ? text : row;
      const named = new Set([...words(defined), ...["v", "type", "seq", "prev", "salt", "t"]]);
      const missing = Object.keys(option.shape).filter((member) => !named.has(member));
      expect([type, row === "", missing]).toEqual([type, false, []]);
    }
  });

  it("names every topic and every flag", () => {
    const named = rows(clause(6)).map(([topic = ""]) => words(topic)[0]);
    expect(named).toEqual(Object.values(topics("G")));
    for (const [flag, meaning] of Object.entries(flags)) {
      expect(readme.replaceAll("\n", " ")).toContain(`${flag} ${meaning}`);
    }
  });
});

needs("openssl").describe("verification by hand", () => {
  const script = [...clause(11).matchAll(/```sh\n(.*?)```/gs)].map(([, commands]) => commands).join("\n");
  const run = (dir: string): string =>
    execFileSync("bash", ["-euo", "pipefail", "-c", script], { cwd: dir, encoding: "utf8", stdio: "pipe" });
  const files = exportFiles(sampleLog(13), 0, 13, [5, 13]);

  it("works as it is written", () => {
    const lines = run(writeFiles(tempDir(), files)).trimEnd().split("\n");
    expect(lines.filter((line) => line === "Signature Verified Successfully")).toHaveLength(2);
    expect(lines[2]).toBe(`"prev":"${lines[1]}"`);
    expect(lines.at(-2)).toBe(`root ${lines.at(-1)}`);
  });

  it("works for the SM3 twin: of a bundle, and of the published checkpoint", () => {
    const published = readFileSync(join(root, "test/vectors/checkpoint-7-sm3.note"));
    const pem = readFileSync(join(root, "test/vectors/sm2-test.pub.pem"), "utf8");
    const point = Buffer.from(pem.replaceAll(/-----.*-----|\n/g, ""), "base64").subarray(-65);
    const theirs = makeVkey(published.toString().split("\n")[0] as string, 255, point);
    const ours = sm2SignerFromPem(twinOrigin(origin), sm2Pem(newSm2Secret()));
    const note = Buffer.from(signNote(`${twinOrigin(origin)}\n13\nroot\n`, ours));
    const run13 = ({ text }: Vkey, bytes: Buffer): string => {
      const keys = `${(files.get("keys.txt") as Buffer).toString()}# twin ${text}\n`;
      const changed: [string, Buffer][] = [
        ["keys.txt", Buffer.from(keys)],
        ["checkpoints/13-sm3.note", bytes],
      ];
      return run(writeFiles(tempDir(), new Map([...files, ...changed])));
    };
    expect(run13(ours.vkey, note).trimEnd().split("\n").at(-1)).toBe("Signature Verified Successfully");
    expect(run13(theirs, published).trimEnd().split("\n").at(-1)).toBe("Signature Verified Successfully");
    const changed = Buffer.from(published.toString().replace("\n7\n", "\n8\n"));
    expect(() => run13(theirs, changed)).toThrow("Command failed");
  });

  it("shows a changed entry", () => {
    const leaves = (files.get("leaves.jsonl") as Buffer).toString().replace('"by":"site"', '"by":"sitf"');
    const lines = run(writeFiles(tempDir(), new Map([...files, ["leaves.jsonl", Buffer.from(leaves)]])))
      .trimEnd()
      .split("\n");
    expect(lines.at(-2)).not.toBe(`root ${lines.at(-1)}`);
  });
});
