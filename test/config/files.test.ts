import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSite } from "../../config/load.ts";
import { loadCatalogue } from "../../drivers/catalogue.ts";
import { newKeyPem, signerFromPem } from "../../feed/format/note.ts";
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
const policy = `witness w1 ${signerFromPem("w1.example.cn", 4, newKeyPem()).vkey.text}\nquorum w1\n`;

/** A site with every file it names. */
function whole(): string {
  const dir = tempDir();
  for (const name of ["pw", "ca.pem", "g1.pem", "g1.key", "mn.pw"]) writeFileSync(join(dir, name), "x\n");
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
