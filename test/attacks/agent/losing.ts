/** Attacks on what was kept: a process killed, a power cut, a disk that is full. */
import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { createKey, loadSigner } from "../../../agent/keep/keys.ts";
import { createJournal } from "../../../agent/keep/open.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { faultOf, genesis, openWhole, origin } from "../../agent/keep/kit.ts";
import { root, start } from "../../support/program.ts";
import { tempDir } from "../../support/temporary.ts";
import type { Performs } from "../attack.ts";

interface Keeper {
  readonly base: string;
  readonly journal: string;
  readonly key: string;
}
function keeper(): Keeper {
  const base = tempDir();
  const made = { base, journal: join(base, "journal"), key: join(base, "log.key") };
  createKey(made.key);
  createJournal(made.journal, { genesis: genesis(loadSigner(made.key, origin)) }).close();
  return made;
}

/** What of all that a process said to be durable is not in the journal that is left, or is not as it said. */
function lostOf(journal: string, told: string): string[] {
  let lost: string[] = [];
  const fault = faultOf(() => {
    const found = openWhole(journal);
    const lines = told.slice(0, told.lastIndexOf("\n") + 1).split("\n");
    const hashes = new Map(found.read(0, 1e9).map(({ seq, hash }) => [String(seq), hash.toString("hex")]));
    lost = lines.filter((line) => {
      const [word, at = "", what] = line.split(" ");
      if (word === "kept") return hashes.get(at) !== what;
      return word === "sealed" && found.checkpointAt(Number(at))?.note.toString("base64") !== what;
    });
    found.close();
  });
  return fault === undefined ? lost : [fault];
}

const steps = ["append", "seal", "cosign", "register"].flatMap((step) => [`${step} before`, `${step} after`]);

/** Kills a keeper in the middle of its work; what was lost of what it had said, and whether the journal goes on. */
async function dying(point: string): Promise<string[]> {
  const { journal, key } = keeper();
  const program = start(process.execPath, [
    join(root, "test/attacks/agent/dying.mjs"),
    journal,
    key,
    "1800000000",
    point,
  ]);
  const { signal } = await program.ended;
  if (signal !== "SIGKILL") throw new Error(`${point}: ${program.stderr()}`);
  return [...lostOf(journal, program.stdout()), ...goesOn(journal, key)];
}

function goesOn(dir: string, key: string): string[] {
  const fault = faultOf(() => {
    const journal = openWhole(dir);
    const { size } = journal.head();
    const t = "2030-01-01T00:00:00.000Z";
    const [entry] = journal.append({ type: "event", t, code: "TEST", detail: "goes on" });
    if (entry?.seq !== size) throw new Error(`entry ${entry?.seq} after ${size}`);
    seal(journal, loadSigner(key, origin));
    journal.close();
  });
  return fault === undefined ? [] : [fault];
}

/** Cuts the power of a keeper under way: the journal is then what of its files was flushed. */
export async function powerCut(lazy: boolean): Promise<string[]> {
  const { base, journal, key } = keeper();
  const [shadow, shim] = [join(base, "shadow"), join(base, "power-cut.so")];
  cpSync(journal, shadow, { recursive: true });
  const source = join(root, "test/attacks/agent/power-cut.c");
  execFileSync("gcc", ["-O1", "-Wall", "-shared", "-fPIC", "-o", shim, source, "-ldl"]);
  const script = join(root, "test/agent/keep/keeper.mjs");
  const env = { LD_PRELOAD: shim, DISK: journal, SHADOW: shadow, ...(lazy && { LAZY_WAL: "1" }) };
  const program = start(process.execPath, [script, journal, key, "1800000000"], { env });
  await program.line(/^turn 40$/m);
  await program.stop("SIGKILL");
  return [...lostOf(shadow, program.stdout()), ...goesOn(shadow, key)];
}

export const losingAttacks: Performs = {
  T44: async () => (await Promise.all(["poll", ...steps].map(dying))).flat(),
  T45: () => powerCut(false),
};
