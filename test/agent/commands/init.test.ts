import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { journalPath } from "../../../agent/agent.ts";
import { initSite } from "../../../agent/commands/init.ts";
import { loadSigner } from "../../../agent/keep/keys.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { keyPath } from "../../../agent/log-key.ts";
import { loadSite } from "../../../config/load.ts";
import type { Site } from "../../../config/site.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import { ballast, smallDisk } from "../../support/small-disk.ts";
import { tempDir } from "../../support/temporary.ts";
import { faultOf, openWhole } from "../keep/kit.ts";

const catalogue = loadCatalogue();
function siteIn(state: string): Site {
  const file = join(tempDir(), "site.yaml");
  writeFileSync(
    file,
    `site: { origin: log/1, gateway: g1, plant: p, stack: s1, device: { model: test, sn: "1" } }
state: ${state}
lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: 9 }]
devices: [{ id: power, line: l, unit: 1, profile: eastron/sdm630, every: 1h, points: [power] }]
`,
  );
  const site = loadSite(file, catalogue);
  if (!site.ok) throw new Error(JSON.stringify(site.problem));
  return site.value;
}

test("a state folder below a file cannot be made, and that has its code", () => {
  const dir = tempDir();
  writeFileSync(join(dir, "file"), "");
  expect(faultOf(() => initSite(siteIn(join(dir, "file", "state"))))).toBe("E_JOURNAL_IO");
  expect(readdirSync(dir)).toEqual(["file"]);
});

test("a state folder where the system makes none is a fault, not a wait", () => {
  expect(faultOf(() => initSite(siteIn("/proc/cems/state")))).toBe("E_JOURNAL_IO");
});

test("an init that fails leaves neither key nor folder, and what was there before stays", () => {
  const dir = tempDir();
  const site = siteIn(join(dir, "a", "state"));
  // A name that is too long for any file system is found after the folder above it was made.
  const tooLong = { ...site, state: join(dir, "a", "x".repeat(300)) };
  expect(faultOf(() => initSite(tooLong))).toBe("E_JOURNAL_IO");
  expect(readdirSync(dir)).toEqual([]);
  // A log that cannot be named so is found after its key was made.
  const unnamed = { ...site, origin: "a name+with what no key may be called" };
  expect(() => initSite(unnamed)).toThrow();
  expect(readdirSync(dir)).toEqual([]);
  mkdirSync(site.state, { recursive: true });
  expect(() => initSite(unnamed)).toThrow();
  expect(readdirSync(site.state)).toEqual([]);
  initSite(site);
});

test("a key that is there stays, also where the journal could not be begun", () => {
  const site = siteIn(join(tempDir(), "state"));
  initSite(site);
  const key = readFileSync(keyPath(site), "utf8");
  rmSync(journalPath(site), { recursive: true });
  expect(faultOf(() => initSite(site))).toBe("E_KEY_EXISTS");
  expect(readFileSync(keyPath(site), "utf8")).toBe(key);
});

test("a new generation is begun under a new origin in a new folder, and says which it is", () => {
  const first = siteIn(join(tempDir(), "state"));
  initSite(first);
  const second = { ...first, origin: "log/2", state: join(tempDir(), "state-2") };
  const vkey = initSite(second);
  expect(vkey.name).toBe("log/2");
  const journal = readJournal(journalPath(second));
  onTestFinished(() => journal.close());
  expect(JSON.parse(journal.read(0, 1)[0]?.bytes.toString() ?? "")).toMatchObject({ origin: "log/2", gen: 2 });
  expect(existsSync(keyPath(first))).toBe(true);
});

const disk = smallDisk(4, 40);
const title = "a disk";
describe.skipIf(disk === undefined)(disk === undefined ? `${title} (run as root, which may mount one)` : title, () => {
  const root = disk ?? "";

  test("that may only be read: nothing is made", () => {
    const there = join(root, "there");
    mkdirSync(there);
    execFileSync("mount", ["-o", "remount,ro", root]);
    try {
      expect(faultOf(() => initSite(siteIn(join(root, "new", "state"))))).toBe("E_JOURNAL_IO");
      expect(faultOf(() => initSite(siteIn(there)))).toBe("E_JOURNAL_IO");
      expect([readdirSync(root), readdirSync(there)]).toEqual([["there"], []]);
    } finally {
      execFileSync("mount", ["-o", "remount,rw", root]);
      rmSync(there, { recursive: true });
    }
  });

  /** Tries where `fill` has left little room, then again where there is enough; tells what came of the first time. */
  function attempt(fill: () => readonly string[]): "nothing" | "begun" | "done" {
    const site = siteIn(join(root, "state"));
    const ballast = fill();
    let fault: unknown;
    try {
      initSite(site);
    } catch (error) {
      fault = error;
    }
    for (const path of ballast) rmSync(path);
    if (fault !== undefined) expect(fault).toMatchObject({ code: expect.stringMatching(/^E_JOURNAL_(FULL|IO)$/) });
    const begun = existsSync(journalPath(site));
    if (!begun) {
      expect(readdirSync(root)).toEqual([]);
      initSite(site);
    } else if (fault !== undefined)
      expect(fault).toMatchObject({
        message: expect.stringContaining("is begun all the same, its verifier key is log/1+"),
      });
    const signer = loadSigner(keyPath(site), "log/1");
    const journal = openWhole(journalPath(site));
    expect([journal.head().size, journal.keys.map(({ text }) => text)]).toEqual([1, [signer.vkey.text]]);
    journal.close();
    rmSync(site.state, { recursive: true });
    return fault === undefined ? "done" : begun ? "begun" : "nothing";
  }

  test("that fills up at any step of the way: all is made or nothing", () => {
    const rooms = Array.from({ length: 32 }, (_, i) => i * 8192);
    const outcomes = rooms.map((left) => attempt(() => [ballast(root, left)]));
    expect(new Set(outcomes)).toEqual(new Set(["nothing", "done"]));
  });

  test("that takes no more files at any step of the way: a journal that was begun keeps its key, and says it", () => {
    const outcomes = Array.from({ length: 16 }, (_, left) =>
      attempt(() => {
        const free = statfsSync(root).ffree - left;
        const paths = Array.from({ length: free }, (_, i) => join(root, `file-${i}`));
        for (const path of paths) writeFileSync(path, "");
        return paths;
      }),
    );
    expect(new Set(outcomes)).toEqual(new Set(["nothing", "begun", "done"]));
  });
  afterAll(() => expect(readdirSync(root)).toEqual([]));
});
