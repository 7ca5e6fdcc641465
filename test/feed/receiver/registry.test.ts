import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { authOf, readAuthorisation, signAuthorisation } from "../../../feed/format/authorise.ts";
import { type Enrolment, readEnrolment, signEnrolment } from "../../../feed/format/enrol.ts";
import { makeEntry, noPrev } from "../../../feed/format/entry.ts";
import type { Result } from "../../../feed/format/faults.ts";
import {
  appendLines,
  cosignatureLine,
  newKeyPem,
  type Signer,
  signerFromPem,
  signNote,
} from "../../../feed/format/note.ts";
import { formatPolicy, type Policy } from "../../../feed/format/policy.ts";
import { logOf, openRegister, type Register, type Succession } from "../../../feed/format/registry.ts";
import { policyOf } from "../../../feed/receiver/keys.ts";
import { admit, lastTree, revoke, succeed } from "../../../feed/receiver/registry/decide.ts";
import { initRegistry, openRegistry } from "../../../feed/receiver/registry/folder.ts";
import { fingerprint, registerJson, registerLines, sameFingerprint } from "../../../feed/receiver/registry/show.ts";
import { tempDir } from "../../support/temporary.ts";
import { testKeys } from "./service.ts";

const service = testKeys();
const policy: Policy = policyOf(service);
const reg = signerFromPem("reg.test.example.cn", 1, newKeyPem());
const t = "2026-10-01T00:00:00.000Z";
const name = (generation: number, gateway = "g1"): string => `test.example.cn/log/p-s-${gateway}/${generation}`;
const signer = (origin: string): Signer => signerFromPem(origin, 1, newKeyPem());
const empty: Register = { serial: 1, t, key: reg.vkey, policy, logs: [] };

interface Asked {
  readonly gateway?: string;
  readonly after?: Succession | null;
  readonly keys?: readonly Signer[];
}

const entryOf = (origin: string, keys: readonly Signer[], after: Succession | null): Buffer =>
  makeEntry(
    {
      type: "genesis",
      t,
      origin,
      gen: 1,
      hash: "sha256",
      twin: null,
      keys: keys.map(({ vkey }) => vkey.text),
      plant: "p",
      stack: "s",
      dev: { sn: "17", model: "box", tpm: "none" },
      sw: { name: "n", ver: "1", sha256: Buffer.alloc(32).toString("base64") },
      after,
    },
    0,
    noPrev,
    Buffer.alloc(12),
  ).bytes;

/** A request, and its answer from a register. */
function ask(origin: string, { gateway = "g1", after = null, keys = [signer(origin)] }: Asked = {}) {
  const entry = entryOf(origin, keys, after);
  const raw = signEnrolment({ gateway, entry, from: null, t }, keys);
  return { raw, entry, keys, to: (register: Register) => admit(register, requestOf(raw), raw) };
}

/** The request to put `next` in the place of the keys `old`. */
function rotation(entry: Buffer, from: number, next: Signer, old: readonly Signer[]) {
  const raw = signEnrolment({ gateway: "g1", entry, from, t }, [next], old);
  return { raw, to: (register: Register) => admit(register, requestOf(raw), raw) };
}

function requestOf(raw: Buffer): Enrolment {
  const read = readEnrolment(raw);
  if (!read.ok) throw new Error(read.problem.detail);
  return read.value;
}

const code = (result: Result<unknown>): string => (result.ok ? "good" : result.problem.code);
const after = (result: Result<Register>): Register => {
  if (!result.ok) throw new Error(`${result.problem.code} ${result.problem.detail}`);
  return result.value;
};
const epochs = (register: Register, origin: string) =>
  logOf(register, origin)?.keys.map(({ from, to, revoked }) => [from, to, revoked]);

test("one key has one purpose, and one log stands once", () => {
  const first = ask(name(1));
  const register = after(first.to(empty));
  expect(epochs(register, name(1))).toEqual([[0, null, false]]);
  expect(code(first.to(register))).toBe("KEY_REUSED");
  expect(code(ask(name(1)).to(register))).toBe("KEY_REUSED");
  // The same private key under another name is the same key.
  const pem = newKeyPem();
  const twice = after(ask(name(1), { keys: [signerFromPem(name(1), 1, pem)] }).to(empty));
  expect(code(ask(name(1, "g2"), { gateway: "g2", keys: [signerFromPem(name(1, "g2"), 1, pem)] }).to(twice))).toBe(
    "KEY_REUSED",
  );
  const control = { vkey: { ...service.control.vkey, name: name(1) } };
  expect(code(admit(empty, { ...requestOf(first.raw), keys: [control.vkey] }, first.raw))).toBe("KEY_REUSED");
});

test("a rotation is vouched for by the key that it replaces", () => {
  const { keys, entry, to } = ask(name(1));
  const register = after(to(empty));
  const next = signer(name(1));
  expect(code(rotation(entry, 50, next, []).to(register))).toBe("KEY_POP");
  expect(code(rotation(entry, 50, next, [signer(name(1))]).to(register))).toBe("KEY_POP");
  const rotated = after(rotation(entry, 50, next, keys).to(register));
  expect(epochs(rotated, name(1))).toEqual([
    [0, 50, false],
    [50, null, false],
  ]);
  // The old key vouches for nothing more, and no rotation goes back behind the last.
  expect(code(rotation(entry, 60, signer(name(1)), keys).to(rotated))).toBe("KEY_POP");
  expect(code(rotation(entry, 50, signer(name(1)), [next]).to(rotated))).toBe("KEY_EPOCH");
  expect(code(rotation(ask(name(1)).entry, 60, signer(name(1)), [next]).to(rotated))).toBe("GENESIS_BAD");
  const revoked = after(revoke(rotated, name(1), 55));
  expect(code(rotation(entry, 60, signer(name(1)), [next]).to(revoked))).toBe("KEY_REVOKED");
});

test("revoking ends every key at the size and changes nothing below", () => {
  const { keys, entry, to } = ask(name(1));
  const rotated = after(rotation(entry, 50, signer(name(1)), keys).to(after(to(empty))));
  expect(epochs(after(revoke(rotated, name(1), 70)), name(1))).toEqual([
    [0, 50, false],
    [50, 70, true],
  ]);
  expect(epochs(after(revoke(rotated, name(1), 30)), name(1))).toEqual([
    [0, 30, true],
    [50, 30, true],
  ]);
  expect(code(revoke(after(revoke(rotated, name(1), 30)), name(1), 40))).toBe("KEY_REVOKED");
  expect(code(revoke(rotated, name(2), 40))).toBe("CP_ORIGIN");
});

/** The last checkpoint of a log of which 7 entries are mirrored, with the service's cosignatures. */
function mirrored(
  [key]: readonly Signer[],
  by: readonly Signer[] = [service.witness, service.mirror],
  size = 7,
): Buffer {
  const text = `${key?.vkey.name}\n${size}\n${Buffer.alloc(32, 9).toString("base64")}\n`;
  const lines = by.map((cosigner) => cosignatureLine(text, cosigner, 1_790_812_816));
  return Buffer.from(appendLines(signNote(text, key as Signer), lines));
}

test("a second generation begins where the registry says, and not by itself", () => {
  const { keys, to } = ask(name(1));
  const register = after(to(empty));
  expect(code(ask(name(2)).to(register))).toBe("GENESIS_BAD");
  const last = lastTree(register, mirrored(keys));
  if (!last.ok) throw new Error(last.problem.detail);
  const note = signAuthorisation({ after: last.value, next: name(2), t }, reg);
  const closed = after(succeed(register, last.value, name(2), authOf(note)));
  expect(epochs(closed, name(1))).toEqual([[0, 7, true]]);
  const authorised = readAuthorisation(note);
  const succession = authorised.ok ? authorised.value.after : null;
  const wrong = { ...(succession as Succession), size: 6 };
  expect(code(ask(name(2), { after: null }).to(closed))).toBe("GENESIS_BAD");
  expect(code(ask(name(2), { after: wrong }).to(closed))).toBe("GENESIS_BAD");
  expect(code(ask(name(3), { after: succession }).to(closed))).toBe("GENESIS_BAD");
  const second = after(ask(name(2), { after: succession }).to(closed));
  expect(logOf(second, name(2))?.after).toEqual({
    origin: name(1),
    size: 7,
    root: last.value.root,
    auth: authOf(note),
  });
  expect(second.logs.map(({ origin }) => origin)).toEqual([name(1), name(2)]);
  expect(code(succeed(second, last.value, name(3), authOf(note)))).toBe("GENESIS_BAD");
});

test("a log is closed at a tree that the service countersigned, and at no other", () => {
  const { keys, to } = ask(name(1));
  const register = after(to(empty));
  expect(code(lastTree(register, mirrored(keys)))).toBe("good");
  expect(code(lastTree(register, mirrored(keys, [])))).toBe("QUORUM");
  expect(code(lastTree(register, mirrored(keys, [service.witness])))).toBe("QUORUM");
  expect(code(lastTree(register, mirrored([signer(name(1))])))).toBe("KEY_UNKNOWN");
  expect(code(lastTree(register, mirrored([signer(name(2))])))).toBe("CP_ORIGIN");
  expect(code(lastTree(after(revoke(register, name(1), 6)), mirrored(keys)))).toBe("KEY_REVOKED");
  expect(code(lastTree(register, Buffer.from("x")))).toBe("CP_SYNTAX");
});

test("the folder holds a key of its own and the register with the next serial", () => {
  const dir = join(tempDir(), "registry");
  const file = join(tempDir(), "policy.txt");
  writeFileSync(file, formatPolicy(policy));
  const made = initRegistry(dir, "test.example.cn", file, new Date(t));
  expect(made.register.serial).toBe(1);
  expect(statSync(join(dir, "reg.pem")).mode & 0o777).toBe(0o400);
  expect(() => initRegistry(dir, "test.example.cn", file, new Date(t))).toThrow(
    expect.objectContaining({ code: "E_REGISTRY_EXISTS" }),
  );
  const registry = openRegistry(dir, () => new Date(t));
  const { keys, to } = ask(name(1));
  registry.publish(after(to(registry.register)));
  const read = openRegister(readFileSync(join(dir, "register.note")), made.signer.vkey);
  expect(read.ok && [read.value.serial, read.value.logs[0]?.keys[0]?.vkey.text]).toEqual([2, keys[0]?.vkey.text]);
  expect(existsSync(join(dir, "register.note.new"))).toBe(false);
  chmodSync(join(dir, "reg.pem"), 0o444);
  expect(() => openRegistry(dir)).toThrow(expect.objectContaining({ code: "E_REGISTRY_KEY" }));
  expect(() => openRegistry(join(dir, "elsewhere"))).toThrow(expect.objectContaining({ code: "E_REGISTRY_FOLDER" }));
  mkdirSync(join(dir, "elsewhere"));
  writeFileSync(join(dir, "elsewhere", "register.note"), readFileSync(join(dir, "register.note")));
  writeFileSync(join(dir, "elsewhere", "reg.pem"), newKeyPem(), { mode: 0o400 });
  expect(() => openRegistry(join(dir, "elsewhere"))).toThrow(expect.objectContaining({ code: "E_REGISTRY_KEY" }));
});

test("a person reads it, and so does a program", () => {
  const { keys, to } = ask(name(1));
  const register = after(revoke(after(to(empty)), name(1), 7));
  const text = registerLines(register).join("\n");
  const [key] = keys;
  const seal = fingerprint((key as Signer).vkey);
  expect(seal).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
  expect(sameFingerprint((key as Signer).vkey, seal.toUpperCase().replaceAll(" ", ":"))).toBe(true);
  expect(sameFingerprint(reg.vkey, seal)).toBe(false);
  expect(text).toContain(`from size 0 to 7, revoked: ${key?.vkey.text}`);
  expect(text).toContain(seal);
  const json = JSON.parse(registerJson(register));
  expect(json).toMatchObject({
    serial: 1,
    logs: [{ origin: name(1), keys: [{ from: 0, to: 7, revoked: true, fingerprint: seal }] }],
  });
});
