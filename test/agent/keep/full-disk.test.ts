import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportBundle } from "../../../agent/keep/export.ts";
import { createJournal, openJournal } from "../../../agent/keep/open.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { ballast, smallDisk } from "../../support/small-disk.ts";
import { event, events, faultOf, genesis, makeJournal, newSigner, openWhole } from "./kit.ts";

const disk = smallDisk(4);
const title = "a disk that is full";
describe.skipIf(disk === undefined)(disk === undefined ? `${title} (run as root, which may mount one)` : title, () => {
  let made = 0;
  const place = (): string => {
    const parent = join(disk ?? "", String(made++));
    mkdirSync(parent);
    return parent;
  };
  /** Fills the disk; returns how to give the space back. */
  const fill = (left: number): (() => void) => {
    const path = ballast(disk ?? "", left);
    return () => rmSync(path);
  };

  test.each([0, 20_000, 100_000, 1_000_000])(
    "with %i bytes left: nothing is lost, and it goes on when there is room",
    (left) => {
      const parent = place();
      const signer = newSigner();
      const dir = join(parent, "journal");
      const journal = createJournal(dir, { genesis: genesis(signer) });
      journal.append(event(0));
      const free = fill(left);
      let full: string | undefined;
      for (let n = 1; full === undefined && n < 5000; n++)
        full = faultOf(() => journal.append(event(n, "x".repeat(1000))));
      expect(full).toBe("E_JOURNAL_FULL");
      const kept = journal.read(0, 1e6);
      expect(kept).toHaveLength(journal.head().size);
      expect(faultOf(() => journal.append(event(1, "x".repeat(1000))))).toBe("E_JOURNAL_FULL");
      expect([undefined, "E_JOURNAL_FULL"]).toContain(faultOf(() => seal(journal, signer)));

      free();
      journal.append(event(9999));
      seal(journal, signer);
      expect(journal.latestCheckpoint()?.size).toBe(kept.length + 1);
      journal.close();
      const again = openWhole(dir);
      expect(again.read(0, kept.length)).toEqual(kept);
      again.close();
      rmSync(parent, { recursive: true });
    },
  );

  test("a journal is not begun, and one that is there is not harmed by a start", () => {
    const parent = place();
    const dir = join(parent, "journal");
    const journal = createJournal(dir, { genesis: genesis(newSigner()) });
    journal.append(event(1));
    journal.close();
    const free = fill(0);
    expect(faultOf(() => createJournal(join(parent, "other"), { genesis: genesis(newSigner()) }))).toBe(
      "E_JOURNAL_FULL",
    );
    expect(faultOf(() => openJournal(dir).append(event(2)))).toBe("E_JOURNAL_FULL");
    free();
    const again = openWhole(dir);
    expect(again.head().size).toBe(2);
    again.close();
    rmSync(parent, { recursive: true });
  });

  test("an export that does not fit leaves nothing", () => {
    const { dir, journal, signer } = makeJournal();
    journal.append(...events(500));
    seal(journal, signer);
    journal.close();
    const parent = place();
    const free = fill(60_000);
    mkdirSync(join(parent, "empty"));
    expect(faultOf(() => exportBundle(dir, join(parent, "empty")))).toBe("E_EXPORT_FAILED");
    expect(faultOf(() => exportBundle(dir, join(parent, "new", "out")))).toBe("E_EXPORT_FAILED");
    expect(readdirSync(parent)).toEqual(["empty"]);
    expect(readdirSync(join(parent, "empty"))).toEqual([]);
    free();
    exportBundle(dir, join(parent, "out"));
    rmSync(parent, { recursive: true });
  });

  test("a new month waits for room", () => {
    const parent = place();
    const dir = join(parent, "journal");
    const journal = createJournal(dir, { genesis: genesis(newSigner()) });
    const free = fill(0);
    expect(faultOf(() => journal.append(event(32 * 86_400)))).toBe("E_JOURNAL_FULL");
    expect(journal.head().size).toBe(1);
    free();
    expect(journal.append(event(32 * 86_400))[0]?.seq).toBe(1);
    journal.close();
    rmSync(parent, { recursive: true });
  });
});
