import { generateKeyPairSync } from "node:crypto";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadSite } from "../../config/load.ts";
import { loadCatalogue } from "../../drivers/catalogue.ts";
import { newKeyPem, signerFromPem } from "../../feed/format/note.ts";
import { certificateAuthority } from "../support/certificates.ts";
import { tempDir } from "../support/temporary.ts";

const catalogue = loadCatalogue();
const text = `site: { origin: log/1, gateway: g1, plant: p1, stack: s1, device: { model: EG-2, sn: "17" } }
state: state
feed:
  broker: mqtts://b:8883
  policy: policy.txt
  passwordFile: pw
  tls: { ca: ca.pem, cert: g1.pem, key: g1.key }
lines:
  - { id: bus, transport: rtu, path: /dev/ttyS0, baud: 9600 }
  - { id: logger, transport: hj212-dial, host: 127.0.0.1, port: 9, passwordFile: mn.pw }
devices:
  - { id: m, line: bus, unit: 1, profile: suto/s430, every: 1h }
`;
const witness = signerFromPem("m1.example.cn", 4, newKeyPem()).vkey.text;
const policy = `witness M1 ${witness}\nquorum M1\n`;

const authority = certificateAuthority(tempDir(afterAll));
const [own, other] = [authority.issue("g1"), authority.issue("g2")];
const issued = { "ca.pem": authority.ca, "g1.pem": own.cert, "g1.key": own.key };

/** A site with every file it names. */
function whole(): string {
  const dir = tempDir();
  for (const [name, made] of Object.entries(issued)) copyFileSync(made, join(dir, name));
  for (const name of ["pw", "mn.pw"]) writeFileSync(join(dir, name), "x\n");
  writeFileSync(join(dir, "policy.txt"), policy);
  writeFileSync(join(dir, "site.yaml"), text);
  return dir;
}

/** What is said of a site, as `LINE:COLUMN CODE: message; write instead`, with the folder left out. */
function said(dir: string): string[] {
  const site = loadSite(join(dir, "site.yaml"), catalogue, { files: true });
  if (site.ok) return [];
  return site.problem.map(({ line, column, code, message, instead }) =>
    `${line}:${column} ${code}: ${message}; write ${instead}`.replaceAll(`${dir}/`, ""),
  );
}

test("a site whose files are all there has no problem", () => expect(said(whole())).toEqual([]));

test("every file that is not there is a problem of its own, at its place", () => {
  const dir = tempDir();
  writeFileSync(join(dir, "site.yaml"), text);
  const given = "the path of the policy.txt that the service gave you, as `cems-receiver init` wrote it";
  expect(said(dir)).toEqual([
    `5:11 E_CONFIG_READ: there is no file policy.txt; write ${given}`,
    "6:17 E_CONFIG_READ: there is no file pw; write a file whose first line is the password",
    "7:14 E_CONFIG_READ: there is no file ca.pem; write the PEM file of the broker's certificate authority",
    "7:28 E_CONFIG_READ: there is no file g1.pem; write the PEM file of this gateway's certificate",
    "7:41 E_CONFIG_READ: there is no file g1.key; write the PEM file of this certificate's key",
    "10:82 E_CONFIG_READ: there is no file mn.pw; write a file whose first line is the password",
  ]);
});

test("who does not ask for the files hears nothing of them", () => {
  const dir = tempDir();
  writeFileSync(join(dir, "site.yaml"), text);
  expect(loadSite(join(dir, "site.yaml"), catalogue)).toMatchObject({ ok: true });
});

test("what is no file, and what lies below a file, cannot be read", () => {
  const dir = whole();
  mkdirSync(join(dir, "folder"));
  const wrong = readFileSync(join(dir, "site.yaml"), "utf8").replace("ca.pem", "folder").replace("g1.key", "pw/g1.key");
  writeFileSync(join(dir, "site.yaml"), wrong);
  expect(said(dir)).toEqual([
    expect.stringMatching(/^7:14 E_CONFIG_READ: folder is not a file; write /),
    expect.stringMatching(/^7:41 E_CONFIG_READ: pw\/g1.key cannot be read \(ENOTDIR\); write /),
  ]);
});

test.each([
  ["none at all", "hello\n", /line 1: .*/],
  ["of nobody", "quorum none\n", /it names no witness/],
  ["without a mirror", `witness W1 ${witness}\nquorum W1\n`, /it names no mirror, a witness with the label M or M1/],
])("a policy that is %s is a problem", (_, written, why) => {
  const dir = whole();
  writeFileSync(join(dir, "policy.txt"), written);
  expect(said(dir)).toEqual([expect.stringMatching(/^5:11 E_CONFIG_VALUE: policy.txt is no policy: .*; write /)]);
  expect(said(dir)[0]).toMatch(why);
});

test("files are looked at also where the rest does not fit", () => {
  const dir = whole();
  writeFileSync(join(dir, "site.yaml"), text.replace("every: 1h", "every: 1d").replace("pw\n", "no\n"));
  expect(said(dir)).toEqual([
    expect.stringMatching(/^6:17 E_CONFIG_READ: there is no file no; /),
    expect.stringMatching(/^12:\d+ E_CONFIG_VALUE: every is /),
  ]);
});

const ca = "the PEM file of the broker's certificate authority";
const cert = "the PEM file of this gateway's certificate";
const key = "the PEM file of this certificate's key";
const put = (name: string, made: string) => (dir: string) => writeFileSync(join(dir, name), made);
const damaged = readFileSync(authority.ca, "utf8").replace(/\n[\w+/]{10}/, "\nAAAAAAAAAA");
const locked = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
  type: "pkcs8",
  format: "pem",
  cipher: "aes-256-cbc",
  passphrase: "x",
}) as string;
const without = (named: string) => (dir: string) => writeFileSync(join(dir, "site.yaml"), text.replace(named, ""));

test.each([
  ["a CA that is a text", put("ca.pem", "x\n"), `7:14 E_CONFIG_VALUE: ca.pem holds no certificate in PEM; write ${ca}`],
  ["a CA that is empty", put("ca.pem", ""), `7:14 E_CONFIG_VALUE: ca.pem holds no certificate in PEM; write ${ca}`],
  [
    "a damaged certificate behind a good one",
    (dir: string) => appendFileSync(join(dir, "ca.pem"), damaged),
    `7:14 E_CONFIG_VALUE: ca.pem holds a certificate that cannot be read; write ${ca}`,
  ],
  [
    "a key in the place of the certificate",
    (dir: string) => copyFileSync(own.key, join(dir, "g1.pem")),
    `7:28 E_CONFIG_VALUE: g1.pem holds no certificate in PEM; write ${cert}`,
  ],
  ["no key", put("g1.key", "x\n"), `7:41 E_CONFIG_VALUE: g1.key holds no private key in PEM; write ${key}`],
  [
    "a locked key",
    put("g1.key", locked),
    `7:41 E_CONFIG_VALUE: g1.key is locked with a passphrase, which nobody is there to type; write ${key}`,
  ],
  [
    "the key of another certificate",
    (dir: string) => copyFileSync(other.key, join(dir, "g1.key")),
    `7:41 E_CONFIG_VALUE: it is not the key of g1.pem; write ${key}`,
  ],
  [
    "a certificate alone",
    without(", key: g1.key"),
    `7:28 E_CONFIG_MISSING: \`cert\` without \`key\`; write key: FILE, ${key}`,
  ],
  [
    "a key alone",
    without(", cert: g1.pem"),
    `7:27 E_CONFIG_MISSING: \`key\` without \`cert\`; write cert: FILE, ${cert}`,
  ],
  [
    "an empty password",
    put("pw", "\nx\n"),
    "6:17 E_CONFIG_VALUE: pw has nothing in its first line; write a file whose first line is the password",
  ],
  [
    "an empty password of a logger",
    put("mn.pw", ""),
    "10:82 E_CONFIG_VALUE: mn.pw has nothing in its first line; write a file whose first line is the password",
  ],
])("%s is one problem at its place", (_, spoil, problem) => {
  const dir = whole();
  spoil(dir);
  expect(said(dir)).toEqual([problem]);
});

test("an authority of several certificates, with words between them, is one", () => {
  const dir = whole();
  const pem = readFileSync(authority.ca, "utf8");
  writeFileSync(join(dir, "ca.pem"), `the old one\n${pem}the new one\n${pem.replaceAll("\n", "\r\n")}`);
  expect(said(dir)).toEqual([]);
});
