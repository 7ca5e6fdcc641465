import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newKeyPem, signerFromPem } from "../../../feed/format/note.ts";
import { parsePolicy, quorumMet } from "../../../feed/format/policy.ts";
import { initReceiver } from "../../../feed/receiver/init.ts";
import { loadKeys } from "../../../feed/receiver/keys.ts";
import { readSettings } from "../../../feed/receiver/settings.ts";
import { tempDir } from "../../support/temporary.ts";

const made = (): string => {
  const dir = join(tempDir(), "receiver");
  initReceiver(dir, "test.example.cn");
  return dir;
};
const code = (wanted: string) => expect.objectContaining({ code: wanted });
const vkey = (name: string): string => signerFromPem(name, 1, newKeyPem()).vkey.text;

test("init makes keys that only their owner may read, and settings that can be run", () => {
  const dir = made();
  for (const name of ["w1", "m1", "ctl"]) expect(statSync(join(dir, "keys", `${name}.pem`)).mode & 0o777).toBe(0o400);
  const settings = readSettings(join(dir, "receiver.yaml"));
  expect(settings).toMatchObject({ name: "test.example.cn", keys: join(dir, "keys"), ledger: join(dir, "ledger.db") });
  expect(settings.gateways.size).toBe(0);
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
  ["recompute: { share: 1.5 }", /recompute\.share/],
  ["recompute: { tolerances: roughly }", /recompute\.tolerances/],
])("%s is refused", (line, where) => {
  const file = join(made(), "receiver.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^recompute: .*$/m, line));
  expect(() => readSettings(file)).toThrow(code("E_RECEIVER_SETTINGS"));
  expect(() => readSettings(file)).toThrow(where);
});

test("settings of before, without a word of it, recompute a tenth", () => {
  const file = join(made(), "receiver.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^recompute: .*$/m, ""));
  expect(readSettings(file).recompute).toEqual({ share: 0.1, tolerances: "exact" });
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
  expect(readSettings(file).gateways.get("g2")).toMatchObject({ log: { name: "b/1" }, until: 480, revoked: true });
});

const one = vkey("a/1");
test.each([
  ["gateways: 7", /gateways: /],
  ["gateways: [{ id: g1 }]", /gateways\.0\.log: /],
  ["gateways: [{ id: 'a/b', log: x }]", /gateways\.0\.id: /],
  ["gateways: [{ id: g1, log: x }]", /gateways\.0\.log: .*NAME\+ID\+KEY/],
  [`gateways: [{ id: g1, log: ${one} }, { id: g2, log: ${one} }]`, /gateways\.1\.log: .*another gateway/],
  [`gateways: [{ id: g1, log: ${one} }, { id: g1, log: ${vkey("b/1")} }]`, /gateways\.1\.id: .*twice/],
  ["gateways: []\ncolour: red", /colour/],
  ["gateways: [", /receiver\.yaml: /],
])("%s is a problem that says where", (line, where) => {
  const dir = made();
  const file = join(dir, "receiver.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("gateways: []", line));
  expect(() => readSettings(file)).toThrow(code("E_RECEIVER_SETTINGS"));
  expect(() => readSettings(file)).toThrow(where);
});

test("settings that are not there, a broker without address, a key that others may read", () => {
  const dir = made();
  const file = join(dir, "receiver.yaml");
  expect(() => readSettings(join(dir, "none.yaml"))).toThrow(code("E_RECEIVER_SETTINGS"));
  writeFileSync(file, readFileSync(file, "utf8").replace("mqtt://127.0.0.1:1883", "127.0.0.1"));
  expect(() => readSettings(file)).toThrow(code("E_LINK_SETTING"));
  writeFileSync(join(dir, "keys", "w2.pem"), "no key", { mode: 0o600 });
  expect(() => loadKeys(join(dir, "none"), "test.example.cn")).toThrow(code("E_RECEIVER_KEY"));
});
