import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { journalPath } from "../../../agent/agent.ts";
import { enrolSite, rotateSite } from "../../../agent/commands/enrol.ts";
import { initSite } from "../../../agent/commands/init.ts";
import type { CommitHook } from "../../../agent/keep/database.ts";
import { exportBundle } from "../../../agent/keep/export.ts";
import { loadSigner } from "../../../agent/keep/keys.ts";
import { openJournal } from "../../../agent/keep/open.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { nextKeyPath, rotateKey, signerOf } from "../../../agent/keep/rotating.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { sealTwin } from "../../../agent/keep/twin.ts";
import { keyPath, loadTwinKey } from "../../../agent/log-key.ts";
import { loadSite } from "../../../config/load.ts";
import type { Site } from "../../../config/site.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import { signAuthorisation } from "../../../feed/format/authorise.ts";
import { readEnrolment } from "../../../feed/format/enrol.ts";
import { readEntry } from "../../../feed/format/entry.ts";
import { newKeyPem, openNote, signerFromPem } from "../../../feed/format/note.ts";
import type { Register } from "../../../feed/format/registry.ts";
import { rotatedKey } from "../../../feed/format/rotate.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { admit } from "../../../feed/receiver/registry/decide.ts";
import { verifyFolder } from "../../../feed/receiver/verify.ts";
import { tempDir } from "../../support/temporary.ts";
import { faultOf } from "../keep/kit.ts";

const catalogue = loadCatalogue();
const registry = signerFromPem("reg.test.example", 1, newKeyPem());

function siteOf(origin = "test.example.cn/log/p-s-g1/1", suite = "sha256"): Site {
  const dir = tempDir();
  const file = join(dir, "site.yaml");
  writeFileSync(
    file,
    `site: { origin: ${origin}, gateway: g1, suite: ${suite}, plant: p, stack: s1, device: { model: box, sn: "17" } }
state: ${join(dir, "state")}
lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: 9 }]
devices: [{ id: power, line: l, unit: 1, profile: eastron/sdm630, every: 1h, points: [power] }]
`,
  );
  const site = loadSite(file, catalogue);
  if (!site.ok) throw new Error(JSON.stringify(site.problem));
  return site.value;
}

const requestAt = (path: string) => {
  const read = readEnrolment(readFileSync(path));
  if (!read.ok) throw new Error(`${read.problem.code} ${read.problem.detail}`);
  return read.value;
};

test("the request carries entry 0 and is signed by the key that it names", () => {
  const site = siteOf();
  const vkey = initSite(site);
  const out = join(tempDir(), "request.note");
  expect(enrolSite(site, out).join("\n")).toContain(vkey.text);
  const { keys, genesis, gateway, from } = requestAt(out);
  expect(keys.map(({ text }) => text)).toEqual([vkey.text]);
  expect({ gateway, from, plant: genesis.plant, sn: genesis.dev.sn }).toEqual({
    gateway: "g1",
    from: null,
    plant: "p",
    sn: "17",
  });
  expect(faultOf(() => enrolSite(site, out))).toBe("E_REQUEST");
});

test("a log with a twin is registered with both keys, and only that of the log is rotated", () => {
  const site = siteOf(undefined, "sha256+sm3");
  initSite(site);
  const folder = tempDir();
  const at = (name: string): string => join(folder, name);
  enrolSite(site, at("request.note"));
  const request = requestAt(at("request.note"));
  expect(request.keys.map(({ type }) => type)).toEqual([1, 255]);
  const empty: Register = {
    serial: 1,
    t: "2026-10-01T00:00:00.000Z",
    key: registry.vkey,
    policy: { logs: [], witnesses: [], groups: [], quorum: "none" },
    logs: [],
  };
  const admitted = admit(empty, request, readFileSync(at("request.note")));
  if (!admitted.ok) throw new Error(admitted.problem.detail);
  rotateSite(site, at("rotation.note"));
  const rotated = admit(admitted.value, requestAt(at("rotation.note")), readFileSync(at("rotation.note")));
  if (!rotated.ok) throw new Error(rotated.problem.detail);
  expect(rotated.value.logs[0]?.keys.map(({ vkey, from, to }) => [vkey.type, from, to])).toEqual([
    [1, 0, 2],
    [255, 0, null],
    [1, 2, null],
  ]);
  // The register alone says that there is a twin: who takes its notes away is refused.
  sealBothOf(site);
  exportBundle(journalPath(site), at("export"));
  const lines: string[] = [];
  expect(verifyFolder(at("export"), rotated.value, (line) => lines.push(line))).toBe(0);
  for (const name of readdirSync(at("export/checkpoints")))
    if (name.includes("sm3")) rmSync(join(at("export/checkpoints"), name));
  expect(verifyFolder(at("export"), rotated.value, (line) => lines.push(line))).toBe(2);
  expect(lines.at(-1)).toBe("REFUSED: QUORUM");
});

/** What the agent does when it starts. */
function sealBothOf(site: Site): void {
  const journal = openJournal(journalPath(site));
  sealTwin(journal, loadTwinKey(site));
  journal.close();
}

test("a rotation is an entry, a tree that both keys sign, and a request that both keys sign", () => {
  const site = siteOf();
  const old = initSite(site);
  const out = join(tempDir(), "request.note");
  rotateSite(site, out);
  const request = requestAt(out);
  const [next] = request.keys;
  expect(request.from).toBe(2);
  expect(openNote(readFileSync(out), [old]).ok).toBe(true);
  const journal = readJournal(journalPath(site));
  const note = openNote(journal.latestCheckpoint()?.note as Buffer, journal.keys);
  expect(note.ok && note.value.signedBy.map(({ text }) => text).sort()).toEqual([old.text, next?.text].sort());
  const entry = readEntry(journal.read(1, 2)[0]?.bytes as Buffer);
  if (!entry.ok || entry.value.type !== "rotate") throw new Error("no rotate entry");
  expect(entry.value.drop).toEqual([old.text]);
  expect(rotatedKey(site.origin, 1, entry.value).ok).toBe(true);
  expect(rotatedKey(site.origin, 2, entry.value)).toMatchObject({ problem: { code: "KEY_POP" } });
  expect(journal.inForce.map(({ text }) => text)).toEqual([next?.text]);
  journal.close();
  // The new key is in the place of the old one, for its owner alone, and the request can be had again.
  expect(loadSigner(keyPath(site), site.origin).vkey.text).toBe(next?.text);
  expect(statSync(keyPath(site)).mode & 0o777).toBe(0o400);
  const again = join(tempDir(), "again.note");
  enrolSite(site, again);
  expect(readFileSync(again)).toEqual(readFileSync(out));
});

test("after a rotation the old key signs nothing, and an export over both keys is valid", () => {
  const site = siteOf();
  const old = readOld(site);
  rotateSite(site, join(tempDir(), "request.note"));
  const journal = openJournal(journalPath(site));
  journal.append({ type: "event", t: "2026-10-01T00:00:00.000Z", code: "X", detail: "x" });
  expect(faultOf(() => seal(journal, old))).toBe("E_KEY_BAD");
  seal(journal, signerOf(keyPath(site), journal));
  journal.close();
  const out = join(tempDir(), "out");
  exportBundle(journalPath(site), out);
  expect(verifyFolder(out, undefined, () => {})).toBe(0);
});

function readOld(site: Site) {
  initSite(site);
  return loadSigner(keyPath(site), site.origin);
}

test("a rotation needs the journal to itself", () => {
  const site = siteOf();
  initSite(site);
  const journal = openJournal(journalPath(site));
  expect(faultOf(() => rotateSite(site, join(tempDir(), "request.note")))).toBe("E_JOURNAL_HELD");
  journal.close();
  expect(existsSync(nextKeyPath(keyPath(site)))).toBe(false);
});

/** Rotates until the power is cut: before the entry, or after it and before its tree is signed. */
function cutShort(site: Site, at: "before its entry" | "before its seal"): void {
  const cut = (): never => {
    throw new Error("power cut");
  };
  const hook: CommitHook = (moment, step) => {
    if (moment === "before" && step === "seal") cut();
  };
  const parts = { journal: journalPath(site), key: keyPath(site), wall: millis(Date.UTC(2026, 9, 1)) };
  const early = at === "before its entry";
  const rotating = { ...parts, options: early ? {} : { hook }, prepared: early ? cut : () => {} };
  expect(() => rotateKey(rotating)).toThrow("power cut");
}

test("a rotation that is cut short before its entry leaves the old key in force", () => {
  const site = siteOf();
  const vkey = initSite(site);
  cutShort(site, "before its entry");
  const journal = openJournal(journalPath(site));
  expect(signerOf(keyPath(site), journal).vkey.text).toBe(vkey.text);
  expect(existsSync(nextKeyPath(keyPath(site)))).toBe(false);
  journal.close();
});

test("a rotation that is cut short after its entry is ended at the next start: both keys sign that tree", () => {
  const site = siteOf();
  const vkey = initSite(site);
  cutShort(site, "before its seal");
  const journal = openJournal(journalPath(site));
  const signer = signerOf(keyPath(site), journal);
  expect(signer.vkey.text).not.toBe(vkey.text);
  expect(seal(journal, signer)).toBeUndefined();
  const note = openNote(journal.latestCheckpoint()?.note as Buffer, journal.keys);
  expect(note.ok && note.value.signedBy).toHaveLength(2);
  journal.close();
});

test("a log that continues another says so in entry 0, as it was authorised", () => {
  const registry = signerFromPem("reg.test.example.cn", 1, newKeyPem());
  const after = { origin: "test.example.cn/log/p-s-g1/1", size: 7, root: Buffer.alloc(32, 7).toString("base64") };
  const file = join(tempDir(), "after.note");
  const site = siteOf("test.example.cn/log/p-s-g1/2");
  writeFileSync(file, signAuthorisation({ after, next: site.origin, t: "2026-10-01T00:00:00Z" }, registry));
  expect(faultOf(() => initSite(siteOf("test.example.cn/log/p-s-g1/3"), file))).toBe("E_AFTER");
  expect(faultOf(() => initSite(site, `${file}.gone`))).toBe("E_AFTER");
  initSite(site, file);
  const out = join(tempDir(), "request.note");
  enrolSite(site, out);
  expect(requestAt(out).genesis.after).toMatchObject(after);
});
