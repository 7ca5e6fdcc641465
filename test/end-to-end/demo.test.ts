import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FrameBody } from "../../feed/format/body.ts";
import type { StoredEntry } from "../../feed/format/entry.ts";
import { foreignVerifiers, verdicts } from "../foreign/verifiers.ts";
import { run, runNode } from "../support/program.ts";
import { needs } from "../support/system.ts";
import { tempDir } from "../support/temporary.ts";
import { jsonLines, type Shown } from "./plant.ts";

interface Judgement {
  readonly exit: number | null;
  readonly codes: readonly string[];
}

/** The verdict of the program itself, and of every verifier that shares no code with it. */
async function judge(dir: string): Promise<Judgement[]> {
  const own = await runNode("dist/feed/receiver/main.js", ["verify", dir]);
  const codes = [...new Set([...own.stdout.matchAll(/^([A-Z]+_[A-Z_]+) /gm)].map(([, code]) => code as string))];
  const foreign = foreignVerifiers().flatMap((verifier) => verdicts(verifier, [dir]));
  return [{ exit: own.code, codes }, ...foreign].map(({ exit, codes }) => ({ exit, codes: [...codes].sort() }));
}

/** The clock of a test machine may follow nothing, which our verifier remarks upon: here chrony says that it does. */
function withChrony(): string {
  const dir = tempDir();
  const tracking = "CB00710F,203.0.113.15,3,1790812800.1,0.001,0,0,0,0,0,0.002,0.001,64.2,Normal";
  writeFileSync(join(dir, "chronyc"), `#!/bin/sh\necho ${tracking}\n`, { mode: 0o755 });
  return `${dir}:${process.env.PATH}`;
}

needs("python").describe("npm run demo", () => {
  test("the demo ends by itself, loses nothing, and leaves what every verifier accepts until a digit changes", async () => {
    const dir = join(tempDir(), "kept");
    const args = ["--for", "6s", "--keep", dir, "--seed", "7"];
    const demo = await run("npm", ["run", "-s", "demo", "--", ...args], { env: { PATH: withChrony() } });
    expect(demo.stderr).not.toMatch(/E_/);
    expect(demo.code).toBe(0);
    const count = (name: string): number => Number(new RegExp(`^ +${name} +(\\d+) `, "m").exec(demo.stdout)?.[1]);
    const taken = count("taken");
    expect(taken).toBeGreaterThan(30);
    for (const name of ["kept", "published", "verified", "acknowledged"])
      expect([name, count(name)]).toEqual([name, taken]);
    expect(count("missing")).toBeLessThan(taken);
    expect([count("lost"), count("refused")]).toEqual([0, 0]);
    expect(demo.stdout).toMatch(/^cems\.co2 +[\d.]+ +% +N +[\d.]+ s +mirrored$/m);

    const bundle = join(dir, "bundle");
    const site = join(dir, "agent", "site.yaml");
    expect((await runNode("dist/agent/main.js", ["export", "--config", site, "--out", bundle])).code).toBe(0);
    for (const verdict of await judge(bundle)) expect(verdict).toEqual({ exit: 0, codes: [] });

    const leaves = readFileSync(join(bundle, "leaves.jsonl"), "utf8");
    const changed = leaves.replace(
      /(\["\d+\.\d*)(\d)(","N"\])/,
      (_, a: string, d: string, b: string) => a + ((+d + 1) % 10) + b,
    );
    expect(changed).not.toBe(leaves);
    const falsified = join(dir, "falsified");
    cpSync(bundle, falsified, { recursive: true });
    writeFileSync(join(falsified, "leaves.jsonl"), changed);
    const [own, ...foreign] = await judge(falsified);
    expect(own).toEqual({ exit: 2, codes: ["PREV_MISMATCH", "RAW_MISMATCH", "ROOT_MISMATCH"] });
    for (const verdict of foreign) expect(verdict).toEqual({ exit: 2, codes: ["PREV_MISMATCH", "ROOT_MISMATCH"] });

    // What each meter showed is what the entries hold, byte for byte, and nothing else is in them.
    const shown = jsonLines<Shown>(join(dir, "shown.jsonl")).map(({ meter, values }) => `${meter} ${values}`);
    const frames = leaves
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as StoredEntry)
      .filter((entry): entry is StoredEntry & FrameBody => entry.type === "frame");
    const kept = frames.flatMap(({ dev, raw }) =>
      raw.map((reply) => `${dev} ${Buffer.from(reply, "base64").subarray(3).toString("hex")}`),
    );
    expect(kept.length).toBeGreaterThan(20);
    expect(kept.filter((reply) => !shown.includes(reply))).toEqual([]);
  });
});
