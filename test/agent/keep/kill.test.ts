import { randomInt } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createKey, loadSigner } from "../../../agent/keep/keys.ts";
import { createJournal, openJournal } from "../../../agent/keep/open.ts";
import { start } from "../../support/program.ts";
import { tempDir } from "../../support/temporary.ts";
import { faultOf, genesis, openWhole, origin } from "./kit.ts";

const rounds = 30;

/** What a process said it had done, in whole lines: the kill may have cut the last one. */
function told(output: string, word: string): string[][] {
  const lines = output.slice(0, output.lastIndexOf("\n") + 1).split("\n");
  return lines.map((line) => line.split(" ")).filter(([first]) => first === word);
}

test(`${rounds} times killed at a random moment: all that was acknowledged is there, and nothing is signed twice`, async () => {
  const base = tempDir();
  const [dir, key] = [join(base, "journal"), join(base, "log.key")];
  createKey(key);
  createJournal(dir, { genesis: genesis(loadSigner(key, origin)) }).close();
  const kept = new Map<number, string>();
  const notes = new Map<number, string>();
  let mirrored = 0;

  for (let round = 0; round < rounds; round++) {
    const second = String(1_800_000_000 + round * 500_000);
    const keeper = start(process.execPath, [join(import.meta.dirname, "keeper.mjs"), dir, key, second]);
    await keeper.line(new RegExp(`^turn ${randomInt(1, 60)}$`, "m"));
    if (round === 0) expect(faultOf(() => openJournal(dir))).toBe("E_JOURNAL_HELD");
    expect((await keeper.stop("SIGKILL")).signal).toBe("SIGKILL");

    for (const [, seq, hash] of told(keeper.stdout(), "kept")) kept.set(Number(seq), hash ?? "");
    for (const [, size, note] of told(keeper.stdout(), "sealed")) {
      expect(notes.has(Number(size))).toBe(false);
      notes.set(Number(size), note ?? "");
    }
    for (const [, size] of told(keeper.stdout(), "mirrored")) mirrored = Number(size);

    const journal = (round % 10 === 9 ? openWhole : openJournal)(dir); // hashes what it holds again
    const found = new Map(journal.read(0, 1e9).map(({ seq, hash }) => [seq, hash.toString("hex")]));
    expect([...kept].filter(([seq, hash]) => found.get(seq) !== hash)).toEqual([]);
    expect([...found.keys()]).toEqual([...found.keys()].map((_, i) => i));
    for (const [size, note] of notes) expect(journal.checkpointAt(size)?.note.toString("base64")).toBe(note);
    expect(journal.mirrored()).toBeGreaterThanOrEqual(mirrored);
    for (const [seq, hash] of found) kept.set(seq, hash); // what was found once stays as well
    for (const { size, note } of journal.checkpoints(0, 1e9)) notes.set(size, note.toString("base64"));
    journal.close();
  }
  expect(kept.size).toBeGreaterThan(rounds);
});
