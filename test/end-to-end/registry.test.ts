import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runNode } from "../support/program.ts";
import { tempDir } from "../support/temporary.ts";

const agent = (...args: readonly string[]) => runNode("dist/agent/main.js", args);
const receiver = (...args: readonly string[]) => runNode("dist/feed/receiver/main.js", args);

const site = (dir: string): string => `site:
  { origin: a.example/log/p-s-g1/1, gateway: g1, plant: p, stack: s1, device: { model: box, sn: "17" } }
state: ${join(dir, "state")}
lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: 9 }]
devices: [{ id: power, line: l, unit: 1, profile: eastron/sdm630, every: 1h, points: [power] }]
`;

test("a log is registered, its key rotated and revoked, and a verifier judges by the register", async () => {
  const dir = tempDir();
  const at = (name: string): string => join(dir, name);
  const config = ["--config", at("site.yaml")];
  const registry = ["--dir", at("registry")];
  writeFileSync(at("site.yaml"), site(dir));
  writeFileSync(at("policy.txt"), "quorum none\n");
  expect(await receiver("registry", "init", ...registry, "--policy", at("policy.txt"))).toMatchObject({ code: 0 });
  await agent("init", ...config);
  const enrolled = await agent("enrol", ...config, "--out", at("request.note"));
  const [, seal = ""] = /seal on the box: (.*)/.exec(enrolled.stdout) ?? [];
  const add = (request: string, ...more: readonly string[]) =>
    receiver("registry", "add", at(request), ...registry, ...more);
  expect(await add("request.note", "--fingerprint", "00".repeat(16))).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining(seal),
  });
  expect(await add("request.note", "--fingerprint", seal)).toMatchObject({ code: 0, stderr: "" });
  expect(await add("request.note")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^E_REGISTRY_REFUSED: KEY_REUSED /),
  });
  expect(await agent("rotate", ...config, "--out", at("rotation.note"))).toMatchObject({ code: 0, stderr: "" });
  await agent("export", ...config, "--out", at("export"));
  const register = at("registry/register.note");
  const { key, serial } = JSON.parse((await receiver("registry", "show", register, "--json")).stdout);
  expect(serial).toBe(2);
  const verify = () => receiver("verify", at("export"), "--register", register, "--register-key", key);
  // Before the new key is registered the old one, which signed the last tree too, is the one that counts.
  expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining("\nVALID: 2 entries") });
  expect(await add("rotation.note")).toMatchObject({ code: 0, stderr: "" });
  expect(await verify()).toMatchObject({ code: 0 });
  const origin = ["--origin", "a.example/log/p-s-g1/1"];
  expect(await receiver("registry", "revoke", ...registry, ...origin, "--size", "1")).toMatchObject({ code: 0 });
  expect(await verify()).toMatchObject({ code: 2, stdout: expect.stringContaining("\nREFUSED: KEY_REVOKED\n") });
  // Another registry of the same name is not the regulator's.
  await receiver("registry", "init", "--dir", at("other"), "--policy", at("policy.txt"));
  writeFileSync(register, readFileSync(at("other/register.note")));
  expect(await verify()).toMatchObject({ code: 66, stderr: expect.stringMatching(/^E_VERIFY_REGISTER: .*REG_SIG/) });
});
