import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { certifyMonth } from "../../../agent/certify/certify.ts";
import { signClose } from "../../../feed/cert/close.ts";
import { openCertificate } from "../../../feed/cert/form.ts";
import { sha256 } from "../../../feed/format/tree.ts";
import { root } from "../../support/program.ts";
import { needs } from "../../support/system.ts";
import { tempDir } from "../../support/temporary.ts";
import { control, enter, log, october, optionsFor, origin, receiptFor } from "./october.ts";

const readme = readFileSync(join(root, "feed/README.md"), "utf8");
const clause = readme.slice(readme.indexOf("\n12.8 "), readme.indexOf("\n## Beside this"));
const script = [...clause.matchAll(/```sh\n(.*?)```/gs)].map(([, commands]) => commands).join("\n");
/** Standard error is kept apart: a certificate that is none must say so by its exit status. */
const run = (dir: string): string[] =>
  execFileSync("bash", ["-euo", "pipefail", "-c", script], { cwd: dir, encoding: "utf8", stdio: "pipe" })
    .trimEnd()
    .split("\n");

needs("openssl").describe("a certificate by hand, as feed/README.md shows it", () => {
  let bundle: string;
  let certified: { readonly cert: string; readonly close: readonly [number, string]; readonly hash: string };
  beforeAll(async () => {
    const dir = october();
    enter(dir, "20.5", "lab-17");
    bundle = join(tempDir(afterAll), "bundle");
    await certifyMonth(optionsFor(dir, bundle));
    const { note } = await receiptFor(dir, readFileSync(join(bundle, "cert.note")), { cleanup: afterAll });
    writeFileSync(join(bundle, "cert.note"), note ?? "");
    const open = openCertificate(note ?? Buffer.alloc(0), [log.vkey], [control.vkey]);
    if (!open.ok) throw new Error(open.problem.detail);
    const { cert, close } = open.value.certificate;
    certified = { cert, close, hash: sha256(Buffer.from(open.value.text)).toString("base64") };
    const said = { origin, month: "2026-10", size: close[0], root: close[1], mirrored: close[0] };
    const certs: [string, string][] = [[cert, certified.hash]];
    writeFileSync(join(bundle, "close.note"), signClose({ ...said, certs, t: "2026-11-10T00:00:00.000Z" }, control));
  });
  const changed = (name: string, was: string, is: string): string => {
    const dir = join(tempDir(), "bundle");
    cpSync(bundle, dir, { recursive: true });
    const text = readFileSync(join(dir, name), "utf8");
    expect(text).toContain(was);
    writeFileSync(join(dir, name), text.replace(was, is));
    return dir;
  };

  test("holds in every step", () => {
    const lines = run(changed("cert.note", "", ""));
    const { cert, close, hash } = certified;
    expect(lines.filter((line) => line === "Signature Verified Successfully")).toHaveLength(4);
    expect(lines.filter((line) => / OK$/.test(line)).sort()).toEqual(
      ["hourly.csv", "leaves.jsonl", "open.frontier"].flatMap((name) => [`${name}: OK`, `${name}: SM3 OK`]),
    );
    expect(lines[lines.indexOf(hash) + 1]).toBe(`"sha256":"${hash}"`);
    const path = lines.findIndex((line) => line.startsWith("root "));
    expect(lines[path]).toBe(`root ${lines[path + 1]}`);
    const tree = lines.indexOf(`entries ${close[1]}`);
    expect(lines[tree + 1]).toBe(`"close":[${close[0]},"${close[1]}"]`);
    expect(lines.slice(-3)).toEqual([`"certs":[["${cert}","${hash}"]]`, `"root":"${close[1]}"`, `"size":${close[0]}`]);
  });

  test.each([
    ["a changed table", "hourly.csv", "90.0", "91.0"],
    ["a changed entry", "leaves.jsonl", '["1.5","N"]', '["1.4","N"]'],
    ["a changed certificate", "cert.note", '"frames":', '"frames":1'],
    ["a changed close", "close.note", '"size":', '"size":1'],
  ])("shows %s", (_, name, was, is) => {
    expect(() => run(changed(name, was, is))).toThrow("Command failed");
  });

  test("shows a proof that leads elsewhere", () => {
    const lines = run(changed("cert.tlog-proof", "index 1", "index 2"));
    const path = lines.findIndex((line) => line.startsWith("root "));
    expect(lines[path]).not.toBe(`root ${lines[path + 1]}`);
  });
});
