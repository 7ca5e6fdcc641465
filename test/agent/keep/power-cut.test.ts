import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CommitHook, Step } from "../../../agent/keep/database.ts";
import { createJournal, openJournal } from "../../../agent/keep/open.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import { seal } from "../../../agent/keep/seal.ts";
import type { Signer } from "../../../feed/format/note.ts";
import { tempDir } from "../../support/temporary.ts";
import { event, events, faultOf, genesis, makeJournal, newSigner, openWhole } from "./kit.ts";

class PowerCut extends Error {}

/** Lets the commits of a step pass until it is armed; then power goes before or after the next one took effect. */
function cutting(step: Step, when: "before" | "after") {
  let armed = false;
  const hook: CommitHook = (moment, at) => {
    if (armed && at === step && moment === when) throw new PowerCut();
  };
  const arm = (): void => {
    armed = true;
  };
  return { hook, arm };
}

const month = 32 * 86_400;
/** One turn of what an agent does: keep, seal, take a receipt, begin a new month. */
function turn(journal: OpenJournal, signer: Signer, t: number): void {
  journal.append(event(t), event(t + 1));
  const sealed = seal(journal, signer);
  if (sealed === undefined) throw new Error("nothing was sealed");
  const line = { name: "w1.example", time: t, line: `\u2014 w1.example ${t}` };
  journal.cosign(sealed.size, [line], { witnessed: sealed.size, mirrored: sealed.size });
}

const steps = ["append", "seal", "cosign", "register"] as const;
describe.each(steps)("power fails at %s", (step) => {
  test.each(["before", "after"] as const)("%s it took effect", (when) => {
    const cut = cutting(step, when);
    const { journal, dir, signer } = makeJournal({ hook: cut.hook });
    turn(journal, signer, 1);
    const acknowledged = journal.read(0, 100);
    const signed = journal.checkpoints(0, 100);
    const before = journal.head().size;
    cut.arm();
    expect(() => turn(journal, signer, month)).toThrow(PowerCut);
    expect(faultOf(() => journal.append(event(month + 5)))).toBe("E_JOURNAL_IO");
    journal.close();

    const again = openWhole(dir);
    expect(again.read(0, before)).toEqual(acknowledged);
    expect(again.checkpoints(0, signed.length)).toEqual(signed);
    const took = when === "after" || step === "seal" || step === "cosign";
    if (step !== "register") expect(again.head().size).toBe(before + (took ? 2 : 0));
    const sizes = again.checkpoints(0, 100).map(({ size }) => size);
    expect(sizes.length).toBe(signed.length + (step === "cosign" || (step === "seal" && when === "after") ? 1 : 0));
    expect(again.witnessed()).toBe(step === "cosign" && when === "after" ? 5 : 3);
    turn(again, signer, month + 10);
    again.close();
    expect(faultOf(() => openWhole(dir).close())).toBeUndefined();
  });
});

test.each([
  ["restore", "before", 1],
  ["restore", "after", 6],
  ["seal", "before", 6],
  ["seal", "after", 6],
] as const)("power fails at %s, %s it took effect, while entries come back", (step, when, size) => {
  const { journal, dir, signer } = makeJournal();
  journal.close();
  const backup = join(tempDir(), "backup");
  cpSync(dir, backup, { recursive: true });
  const ahead = openJournal(dir);
  ahead.append(...events(5));
  const note = seal(ahead, signer)?.note ?? Buffer.alloc(0);
  const entries = ahead.read(0, 100).map(({ bytes }) => bytes);
  ahead.close();

  const cut = cutting(step, when);
  const behind = openJournal(backup, { hook: cut.hook });
  cut.arm();
  expect(() => behind.restore(entries, note)).toThrow(PowerCut);
  behind.close();
  const again = openWhole(backup);
  expect(again.head().size).toBe(size);
  expect(again.restore(entries, note)).toBe(6 - size);
  expect(again.checkpointAt(6)?.note).toEqual(note);
  again.close();
});

test("power fails while a journal is made: it is not there, and can be made", () => {
  const dir = join(tempDir(), "journal");
  const bad = { ...genesis(newSigner()), plant: "\u0001" };
  expect(faultOf(() => createJournal(dir, { genesis: bad }))).toBe("REC_NONCANON");
  expect(faultOf(() => openJournal(dir))).toBe("E_JOURNAL_MISSING");
  createJournal(dir, { genesis: genesis(newSigner()) }).close();
});
