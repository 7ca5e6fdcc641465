import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportBundle } from "../../../agent/keep/export.ts";
import { formatPolicy } from "../../../feed/format/policy.ts";
import { verifyFolder } from "../../../feed/receiver/verify.ts";
import { makePlant } from "../../agent/send/plant.ts";
import { root, run } from "../../support/program.ts";
import { tempDir } from "../../support/temporary.ts";

/** What an agent exports after the receiver has signed for it. */
const exported = async (): Promise<string> => (await exportedWithPolicy()).dir;

async function exportedWithPolicy() {
  const plant = makePlant();
  plant.grow(20);
  plant.start();
  await plant.up();
  const out = join(tempDir(), "out");
  const plants = formatPolicy(plant.policy);
  exportBundle(plant.dir, out, { policy: plants });
  return { dir: out, plants, log: plant.signer.vkey.text };
}

function verified(dir: string, policy?: string): { status: number; lines: string[] } {
  const lines: string[] = [];
  return { status: verifyFolder(dir, policy, (line) => lines.push(line)), lines };
}

function touched(dir: string, name: string): string {
  appendFileSync(join(dir, name), "");
  return name;
}

test("what both signed is valid, and who signed when is printed", async () => {
  const { status, lines } = verified(await exported());
  expect(status).toBe(0);
  expect(lines[0]).toMatch(/^checkpoint 21 cosigned by m1\S+ 2026-10-01T.*, w1\S+ 2026/);
  expect(lines.at(-1)).toMatch(/^VALID: 21 entries, root \S{44}$/);
});

test("one changed digit is refused, with its codes and its place", async () => {
  const dir = await exported();
  const file = join(dir, "leaves.jsonl");
  writeFileSync(file, readFileSync(file, "utf8").replace("number 7", "number 8"));
  const { status, lines } = verified(dir);
  expect(status).toBe(2);
  expect(lines.at(-1)).toBe("REFUSED: PREV_MISMATCH ROOT_MISMATCH");
  expect(lines.some((line) => line.startsWith("PREV_MISMATCH entry 9"))).toBe(true);
});

test("keys of the verifier's own take the place of those in the folder", async () => {
  const [dir, other] = [await exported(), await exported()];
  expect(verified(dir, join(other, "keys.txt"))).toMatchObject({ status: 2 });
  expect(verified(dir, join(dir, "keys.txt")).status).toBe(0);
});

test("a large folder has its verdict also where no second thread can be had", async () => {
  const dir = await exported();
  appendFileSync(join(dir, "leaves.jsonl"), Buffer.alloc(17_000_000, "x"));
  const threadless = ["--experimental-permission", "--allow-fs-read=*"];
  const receiver = join(root, "dist/feed/receiver/main.js");
  const { code, stdout } = await run(process.execPath, [...threadless, receiver, "verify", dir]);
  expect([code, stdout.trim().split("\n").at(-1)]).toEqual([2, "REFUSED: REC_NONCANON"]);
});

test("a folder that is no export is a fault, not a verdict", () => {
  const missing = expect.objectContaining({ code: "E_EXPORT_MISSING" });
  expect(() => verified(tempDir())).toThrow(missing);
});

test.each(["leaves.jsonl", "keys.txt", "checkpoints/0000000000000021.note"])(
  "an export of which %s cannot be read is a fault that names it, not a verdict",
  async (name) => {
    const dir = await exported();
    for (const spoil of [() => mkdirSync(join(dir, name)), () => symlinkSync(join(dir, name), join(dir, name))]) {
      rmSync(join(dir, name), { recursive: true });
      spoil();
      expect(() => verified(dir)).toThrow(
        expect.objectContaining({ code: "E_EXPORT_READ", message: expect.stringContaining(dir) }),
      );
    }
  },
);

test.each(["leaves.jsonl", "keys.txt", "checkpoints/0000000000000021.note", "open.frontier", "x.tlog-proof"])(
  "%s that is a device and no file is a fault, and is not read",
  async (name) => {
    const dir = await exported();
    rmSync(join(dir, name), { force: true });
    symlinkSync("/dev/null", join(dir, name));
    expect(() => verified(dir)).toThrow(
      expect.objectContaining({ code: "E_EXPORT_READ", message: expect.stringContaining(`${name}: not a file`) }),
    );
  },
);

test.each([
  ["keys.txt", "QUORUM"],
  ["open.frontier", "CERT_RANGE"],
  ["checkpoints/0000000000000021.note", "CP_SYNTAX"],
  ["x.tlog-proof", "CP_SYNTAX"],
  ["leaves.jsonl", "REC_NONCANON"],
])("%s of 3 GiB, more than Node reads into one buffer, is refused", async (name, code) => {
  const dir = await exported();
  // A sparse file takes no disk. Of the leaves 16 MiB are enough, since they are walked.
  truncateSync(join(dir, touched(dir, name)), name === "leaves.jsonl" ? 16_777_216 : 3 * 2 ** 30);
  const { status, lines } = verified(dir);
  expect(status).toBe(2);
  expect(lines.at(-1)).toContain(code);
});

test("a file in the place of an export is none", () => {
  const file = join(tempDir(), "file");
  writeFileSync(file, "");
  expect(() => verified(file)).toThrow(expect.objectContaining({ code: "E_EXPORT_MISSING" }));
});

test("the policy of the plants accuses nobody: it wants the log's key first, and then accepts what is honest", async () => {
  const { dir, plants, log } = await exportedWithPolicy();
  const file = join(tempDir(), "policy.txt");
  writeFileSync(file, plants);
  expect(() => verified(dir, file)).toThrow(
    expect.objectContaining({ code: "E_VERIFY_POLICY", message: expect.stringContaining("no line `log VKEY`") }),
  );
  writeFileSync(file, `log ${log}\n${plants}`);
  expect(verified(dir, file).status).toBe(0);
});

test("a policy that cannot be used is a fault that names its file", async () => {
  const dir = await exported();
  const unusable = (file: string) =>
    expect.objectContaining({ code: "E_VERIFY_POLICY", message: expect.stringContaining(file) });
  expect(() => verified(dir, join(dir, "none.txt"))).toThrow(unusable("none.txt"));
  expect(() => verified(dir, join(dir, "leaves.jsonl"))).toThrow(unusable("leaves.jsonl: line 1"));
});
