import { execFileSync } from "node:child_process";
import { createPublicKey, verify } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endLog } from "../../../agent/commands/end.ts";
import { enrolSite, rotateSite } from "../../../agent/commands/enrol.ts";
import { initSite } from "../../../agent/commands/init.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { createTokenKey, removeTokenKey, type TokenSettings, tokenSigner } from "../../../agent/keep/token-signer.ts";
import { loadSite } from "../../../config/load.ts";
import type { Site } from "../../../config/site.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import { readEnrolment } from "../../../feed/format/enrol.ts";
import { openNote } from "../../../feed/format/note.ts";
import { needs } from "../../support/system.ts";
import { type Cleanup, tempDir } from "../../support/temporary.ts";
import { faultOf } from "./kit.ts";

const cleanups: (() => void)[] = [];
const cleanup: Cleanup = (work) => void cleanups.push(work as () => void);
afterAll(() => {
  for (const work of cleanups) work();
});

needs("softhsm2-util").describe("a key in a token", () => {
  const module = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"].find(
    existsSync,
  );
  let settings: TokenSettings;

  /** SoftHSM 2 with one token; its place is told in a file, which the library reads when it is first loaded. */
  beforeAll(() => {
    if (module === undefined) throw new Error("sudo apt-get install -y softhsm2");
    const dir = tempDir(cleanup);
    mkdirSync(join(dir, "tokens"));
    writeFileSync(join(dir, "softhsm2.conf"), `directories.tokendir = ${join(dir, "tokens")}\nlog.level = ERROR\n`);
    process.env.SOFTHSM2_CONF = join(dir, "softhsm2.conf");
    const pins = ["--so-pin", "5678", "--pin", "1234"];
    execFileSync("softhsm2-util", ["--init-token", "--free", "--label", "gateway", ...pins], { stdio: "ignore" });
    const others = ["--so-pin", "5678", "--pin", "4321"];
    execFileSync("softhsm2-util", ["--init-token", "--free", "--label", "locked", ...others], { stdio: "ignore" });
    const pinFile = join(dir, "pin");
    writeFileSync(pinFile, "1234\n", { mode: 0o400 });
    settings = { module, token: "gateway", label: "log", pinFile };
  });

  test("a key is made in the token, signs there, and openssl's Ed25519 agrees", () => {
    const mine = { ...settings, label: "first" };
    createTokenKey(mine);
    const signer = tokenSigner(mine, "log/1");
    expect(signer.vkey.type).toBe(1);
    const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), signer.vkey.key]);
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    for (const text of ["a", "a\n1\nb\n"]) {
      const signature = signer.sign(Buffer.from(text));
      expect(signature).toHaveLength(64);
      expect(verify(null, Buffer.from(text), key, signature)).toBe(true);
    }
    expect(tokenSigner(mine, "log/1").vkey.text).toBe(signer.vkey.text);
    expect(faultOf(() => createTokenKey(mine))).toBe("E_KEY_EXISTS");
    removeTokenKey(mine);
    expect(faultOf(() => tokenSigner(mine, "log/1"))).toBe("E_KEY_MISSING");
  });

  test("what is missing or open to others has its code", () => {
    const of = (change: Partial<TokenSettings>) => faultOf(() => tokenSigner({ ...settings, ...change }, "log/1"));
    expect(of({ module: "/nowhere.so" })).toBe("E_KEY_MISSING");
    expect(of({ token: "other" })).toBe("E_KEY_MISSING");
    expect(of({ label: "none" })).toBe("E_KEY_MISSING");
    expect(of({ pinFile: "/nowhere" })).toBe("E_KEY_MISSING");
    const open = join(tempDir(), "pin");
    writeFileSync(open, "1234\n");
    chmodSync(open, 0o440);
    expect(of({ pinFile: open })).toBe("E_KEY_MODE");
  });

  test("another PIN is refused", () => {
    // Of a token that nobody logged into: one that was asks nobody else of the process again.
    expect(faultOf(() => tokenSigner({ ...settings, token: "locked" }, "log/1"))).toBe("E_KEY_BAD");
  });

  test("a site whose key is in a token begins with it, and leaves no key file", () => {
    const dir = tempDir();
    const site = siteIn(dir);
    const vkey = initSite(site);
    expect(readdirSync(join(dir, "state"))).toEqual(["journal"]);
    const journal = readJournal(join(dir, "state", "journal"));
    const note = journal.latestCheckpoint()?.note ?? Buffer.alloc(0);
    expect(openNote(note, [vkey])).toMatchObject({ ok: true });
    journal.close();
    expect(readFileSync(site.file, "utf8")).not.toContain("1234");
    expect(tokenSigner(settings, "log/1").vkey.text).toBe(vkey.text);
    removeTokenKey(settings);
  });

  test("it enrols the log and closes it, and is not rotated", () => {
    const site = siteIn(tempDir());
    const vkey = initSite(site);
    const out = join(tempDir(), "request.note");
    enrolSite(site, out);
    expect(readEnrolment(readFileSync(out))).toMatchObject({ ok: true, value: { keys: [{ text: vkey.text }] } });
    expect(faultOf(() => rotateSite(site, join(tempDir(), "rotation.note")))).toBe("E_ROTATE_TOKEN");
    expect(endLog(site, { why: "taken out of use", next: null })).toBe(2);
    const journal = readJournal(join(site.state, "journal"));
    expect(openNote(journal.checkpointAt(2)?.note ?? Buffer.alloc(0), [vkey])).toMatchObject({ ok: true });
    journal.close();
    removeTokenKey(settings);
  });

  test("an init that fails leaves no key in the token", () => {
    const site = { ...siteIn(tempDir()), origin: "a name+with what no key may be called" };
    expect(() => initSite(site)).toThrow();
    expect(faultOf(() => tokenSigner(settings, "log/1"))).toBe("E_KEY_MISSING");
  });

  function siteIn(dir: string): Site {
    const file = join(dir, "site.yaml");
    const { module: library, token, label, pinFile } = settings;
    writeFileSync(
      file,
      `site: { origin: log/1, gateway: g1, plant: p, stack: s1, device: { model: test, sn: "1" } }
state: ${join(dir, "state")}
key: { pkcs11: { module: ${library}, token: ${token}, label: ${label}, pinFile: ${pinFile} } }
lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: 9 }]
devices: [{ id: power, line: l, unit: 1, profile: eastron/sdm630, every: 1h, points: [power] }]
`,
    );
    const site = loadSite(file, loadCatalogue());
    if (!site.ok) throw new Error(JSON.stringify(site.problem));
    return site.value;
  }
});
