import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { newKeyPem, signerFromPem } from "../../../feed/format/note.ts";
import { parsePolicy, quorumMet } from "../../../feed/format/policy.ts";
import { initReceiver } from "../../../feed/receiver/init.ts";
import { loadKeys } from "../../../feed/receiver/keys.ts";
import { loadSettings, type ReceiverSettings } from "../../../feed/receiver/settings.ts";
import { certificateAuthority } from "../../support/certificates.ts";
import { tempDir } from "../../support/temporary.ts";

const made = (): string => {
  const dir = join(tempDir(), "receiver");
  initReceiver(dir, "test.example.cn");
  return dir;
};
function load(file: string): ReceiverSettings {
  const settings = loadSettings(file);
  if (!settings.ok) throw new Error(JSON.stringify(settings.problem));
  return settings.value;
}
/** What is said of settings: `LINE:COLUMN CODE: message; write instead`, with the folder left out. */
function said(dir: string, options: { readonly files?: boolean } = {}): string[] {
  const settings = loadSettings(join(dir, "receiver.yaml"), options);
  if (settings.ok) return [];
  return settings.problem.map(({ line, column, code, message, instead }) =>
    `${line}:${column} ${code}: ${message}; write ${instead}`.replaceAll(`${dir}/`, ""),
  );
}
const code = (wanted: string) => expect.objectContaining({ code: wanted });
const vkey = (name: string): string => signerFromPem(name, 1, newKeyPem()).vkey.text;

test("init makes keys that only their owner may read, and settings that can be run", () => {
  const dir = made();
  for (const name of ["w1", "m1", "ctl"]) expect(statSync(join(dir, "keys", `${name}.pem`)).mode & 0o777).toBe(0o400);
  const settings = load(join(dir, "receiver.yaml"));
  expect(settings).toMatchObject({ name: "test.example.cn", keys: join(dir, "keys"), ledger: join(dir, "ledger.db") });
  expect(settings.gateways).toEqual([]);
  expect(settings.recompute).toEqual({ share: 0.1, tolerances: "exact" });
});

test("an init that fails leaves nothing, so that it can be tried again", () => {
  const parent = tempDir();
  const dir = join(parent, "receiver");
  expect(() => initReceiver(dir, "a+b")).toThrow();
  expect(readdirSync(parent)).toEqual([]);
  mkdirSync(dir);
  expect(() => initReceiver(dir, "a+b")).toThrow();
  expect(readdirSync(dir)).toEqual([]);
  initReceiver(dir, "test.example.cn");
  expect(readdirSync(dir).sort()).toEqual(["keys", "ledger.db", "policy.txt", "receiver.yaml"]);
});

test("the policy names the keys that were made, and wants both", () => {
  const dir = made();
  const keys = loadKeys(join(dir, "keys"), "test.example.cn");
  const policy = parsePolicy(readFileSync(join(dir, "policy.txt"), "utf8"));
  if (!policy.ok) throw new Error(policy.problem.detail);
  expect(policy.value.control?.text).toBe(keys.control.vkey.text);
  expect(quorumMet(policy.value, [keys.witness.vkey, keys.mirror.vkey])).toBe(true);
  expect(quorumMet(policy.value, [keys.witness.vkey])).toBe(false);
});

test.each([
  ["recompute: { share: 1.5 }", /^27:21 E_CONFIG_RANGE: share is 1.5; write a share of 0 to 1/],
  [
    "recompute: { tolerances: roughly }",
    /^27:26 E_CONFIG_VALUE: tolerances is "roughly"; write one of exact, part-75$/,
  ],
])("%s is refused", (line, where) => {
  const dir = made();
  const file = join(dir, "receiver.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^recompute: .*$/m, line));
  expect(said(dir)).toEqual([expect.stringMatching(where)]);
});

test("settings of before, without a word of it, recompute a tenth", () => {
  const file = join(made(), "receiver.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^recompute: .*$/m, ""));
  expect(load(file).recompute).toEqual({ share: 0.1, tolerances: "exact" });
});

test("init overwrites nothing", () => {
  const dir = made();
  const before = readFileSync(join(dir, "keys", "w1.pem"), "utf8");
  expect(() => initReceiver(dir, "other.example.cn")).toThrow(code("E_RECEIVER_EXISTS"));
  expect(readFileSync(join(dir, "keys", "w1.pem"), "utf8")).toBe(before);
});

test("a gateway is registered with its log, and how long its key is valid", () => {
  const dir = made();
  const file = join(dir, "receiver.yaml");
  const text = readFileSync(file, "utf8").replace(
    "gateways: []",
    `gateways:\n  - { id: g1, log: ${vkey("a/1")} }\n  - { id: g2, log: ${vkey("b/1")}, until: 480, revoked: true }`,
  );
  writeFileSync(file, text);
  expect(load(file).gateways[1]).toMatchObject({ log: { name: "b/1", keys: [{ from: 0, to: 480, revoked: true }] } });
});

test("a gateway's new generation stands beside the old one, under the same id", () => {
  const file = join(made(), "receiver.yaml");
  const rows = `gateways:\n  - { id: g1, log: ${vkey("a/1")}, until: 480 }\n  - { id: g1, log: ${vkey("a/2")} }`;
  writeFileSync(file, readFileSync(file, "utf8").replace("gateways: []", rows));
  expect(load(file).gateways).toMatchObject([
    { id: "g1", log: { name: "a/1", keys: [{ to: 480 }] } },
    { id: "g1", log: { name: "a/2" } },
  ]);
});

test("a signed register takes the place of the rows", () => {
  const file = join(made(), "receiver.yaml");
  const key = vkey("reg.a");
  const write = (lines: string): string => {
    const text = readFileSync(file, "utf8").replace(/^(gateways|register): .*\n/gm, "");
    writeFileSync(file, `${text}\n${lines}\n`);
    return file;
  };
  const source = `register: { file: register.note, key: ${key} }`;
  expect(load(write(source))).toMatchObject({ gateways: [], register: { file: join(dirname(file), "register.note") } });
  const codes = (lines: string): string[] => {
    const read = loadSettings(write(lines));
    return read.ok ? [] : read.problem.map(({ code, message }) => `${code} ${message}`);
  };
  expect(codes(`${source}\ngateways: [{ id: g1, log: ${vkey("a/1")} }]`)).toEqual([
    expect.stringContaining("E_CONFIG_VALUE"),
  ]);
  expect(codes(`register: { file: register.note, key: x }`)).toEqual([expect.stringContaining("E_CONFIG_VALUE")]);
  expect(codes(`register: { file: register.note, key: ${signerFromPem("w1.a", 4, newKeyPem()).vkey.text} }`)).toEqual([
    expect.stringContaining("the key of a witness"),
  ]);
  expect(codes("register: { file: register.note }")).toEqual([expect.stringContaining("E_CONFIG_MISSING")]);
});

const one = vkey("a/1");
const witness = signerFromPem("w1.a", 4, newKeyPem()).vkey.text;
const ours = "the verifier key that `cems-agent init` printed for this gateway";
test.each([
  ["gateways: 7", ["20:11 E_CONFIG_VALUE: gateways is 7; write a list"]],
  [
    "gateways: [{ id: g1 }]",
    [
      "20:12 E_CONFIG_MISSING: gateways[0] has no log; write a text: the verifier key NAME+ID+KEY, as `cems-agent init` prints it",
    ],
  ],
  [
    `gateways: [{ id: a/b, log: ${one} }]`,
    ['20:18 E_CONFIG_VALUE: id is "a/b"; write letters, digits and . _ -, at most 64, for example 320102-p0001-s1-g1'],
  ],
  ["gateways: [{ id: g1, log: x }]", [`20:27 E_CONFIG_VALUE: "x" is not NAME+ID+KEY; write ${ours}`]],
  [
    `gateways: [{ id: g1, log: ${witness} }]`,
    [`20:27 E_CONFIG_VALUE: this is the key of a witness, not of a log; write ${ours}`],
  ],
  [
    `gateways:\n  - { id: g1, log: ${one} }\n  - { id: g2, log: ${one} }`,
    [`22:20 E_CONFIG_DUPLICATE: this origin or key stands in another row already; write ${ours}`],
  ],
  [
    `gateways:\n  - { id: g1, log: ${one}, until: 9 }\n  - { id: g1, log: ${vkey("a/1")} }`,
    [`22:20 E_CONFIG_DUPLICATE: this origin or key stands in another row already; write ${ours}`],
  ],
  ["gateways: []\nlogLevell: info", ["21:1 E_CONFIG_KEY: logLevell is not a setting; write logLevel"]],
])("%s is a problem with its place and what to write", (line, problems) => {
  const dir = made();
  const file = join(dir, "receiver.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("gateways: []", line));
  expect(said(dir)).toEqual(problems);
});

test("all that is wrong is told at once, in the order of the file", () => {
  const dir = made();
  const file = join(dir, "receiver.yaml");
  const text = readFileSync(file, "utf8")
    .replace("mqtt://127.0.0.1:1883", "127.0.0.1")
    .replace("keys: keys", "kees: keys")
    .replace("gateways: []", "gateways: [{ id: g1, log: x }, { id: 7, log: x }]")
    .replace("logLevel: info", "logLevel: loud");
  writeFileSync(file, text);
  expect(said(dir).map((line) => line.replace(/;.*/, ""))).toEqual([
    "5:1 E_CONFIG_KEY: kees is not a setting",
    "9:8 E_CONFIG_VALUE: 127.0.0.1 is not the address of a broker",
    '20:27 E_CONFIG_VALUE: "x" is not NAME+ID+KEY',
    "20:38 E_CONFIG_VALUE: id is a number",
    '24:11 E_CONFIG_VALUE: logLevel is "loud"',
  ]);
});

test.each([
  ["mqtts://b", "", /^9:8 E_CONFIG_MISSING: mqtts without `tls`; write tls: /],
  ["mqtt://b", "  tls: { ca: ca.pem }\n", /^9:8 E_CONFIG_VALUE: `tls` without mqtts; write mqtts:\/\/b$/],
])("%s with%s", (url, tls, problem) => {
  const dir = made();
  const file = join(dir, "receiver.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("mqtt://127.0.0.1:1883\n", `${url}\n${tls}`));
  expect(said(dir)).toEqual([expect.stringMatching(problem)]);
});

test.each(["mqtt://r:hunter2@b", "mqtt://:hunter2@b", "amqp://r:hunter2@b"])(
  "a password in %s is not repeated, nor the line it is in",
  (url) => {
    const dir = made();
    const file = join(dir, "receiver.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("mqtt://127.0.0.1:1883\n", `${url}\n  password: hunter2\n`));
    const loaded = loadSettings(file);
    expect(loaded.ok ? [] : loaded.problem).toMatchObject([
      { code: "E_CONFIG_VALUE", line: 9, message: expect.stringContaining("`username` and `passwordFile`") },
      { code: "E_CONFIG_KEY", line: 10 },
    ]);
    expect(JSON.stringify(loaded)).not.toContain("hunter2");
  },
);

test("who runs is told of each file that is not there; who only reads is not", () => {
  const dir = made();
  const file = join(dir, "receiver.yaml");
  const tls = "  tls: { ca: ca.pem, cert: r.pem, key: r.key }\n  passwordFile: pw\n";
  writeFileSync(file, readFileSync(file, "utf8").replace("mqtt://127.0.0.1:1883\n", `mqtts://b\n${tls}`));
  expect(said(dir)).toEqual([]);
  expect(said(dir, { files: true }).map((line) => line.replace(/;.*/, ""))).toEqual([
    "10:14 E_CONFIG_READ: there is no file ca.pem",
    "10:28 E_CONFIG_READ: there is no file r.pem",
    "10:40 E_CONFIG_READ: there is no file r.key",
    "11:17 E_CONFIG_READ: there is no file pw",
  ]);
  for (const name of ["ca.pem", "r.pem", "r.key", "pw"]) writeFileSync(join(dir, name), "\n");
  expect(said(dir, { files: true })).toEqual([
    "10:14 E_CONFIG_VALUE: ca.pem holds no certificate in PEM; write the PEM file of the broker's certificate authority",
    "10:28 E_CONFIG_VALUE: r.pem holds no certificate in PEM; write the PEM file of the receiver's certificate",
    "10:40 E_CONFIG_VALUE: r.key holds no private key in PEM; write the PEM file of this certificate's key",
    "11:17 E_CONFIG_VALUE: pw has nothing in its first line; write a file whose first line is the password",
  ]);
  const authority = certificateAuthority(dir);
  const { cert, key } = authority.issue("r");
  for (const [name, made] of Object.entries({ "ca.pem": authority.ca, "r.pem": cert, "r.key": key }))
    copyFileSync(made, join(dir, name));
  writeFileSync(join(dir, "pw"), "secret\n");
  expect(said(dir, { files: true })).toEqual([]);
});

test("settings that are not there, or no YAML; a key that others may read", () => {
  const dir = made();
  const file = join(dir, "receiver.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("gateways: []", "gateways: ["));
  expect(said(dir)).toEqual([expect.stringMatching(/^\d+:\d+ E_CONFIG_SYNTAX: .*; write /)]);
  rmSync(file);
  expect(said(dir)).toEqual([expect.stringMatching(/^1:1 E_CONFIG_READ: cannot be read \(ENOENT\); write the path /)]);
  writeFileSync(join(dir, "keys", "w2.pem"), "no key", { mode: 0o600 });
  expect(() => loadKeys(join(dir, "none"), "test.example.cn")).toThrow(code("E_RECEIVER_KEY"));
});
