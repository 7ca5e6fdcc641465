import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../../files/folders.ts";
import { writeWhole } from "../../files/whole-file.ts";
import { Fault, type Result } from "../../format/faults.ts";
import { newKeyPem, type Signer, signerFromPem } from "../../format/note.ts";
import { parsePolicy } from "../../format/policy.ts";
import { openRegister, type Register, signRegister } from "../../format/registry.ts";

/** The registry's folder: the offline key and the newest register. It belongs on a machine without a network. */
const KEY = "reg.pem";
const REGISTER = "register.note";

export interface Registry {
  readonly register: Register;
  readonly signer: Signer;
  /** Signs a register with the next serial and puts it in the place of the last. */
  publish(register: Register): Register;
}

/**
 * Makes the offline key reg.NAME and an empty register with the policy of the service. E_REGISTRY_EXISTS, E_REGISTRY_FOLDER,
 * E_VERIFY_POLICY.
 */
export function initRegistry(dir: string, name: string, policyFile: string, now: Date): Registry {
  const policy = parsePolicy(onDisk("E_VERIFY_POLICY", () => readFileSync(policyFile, "utf8")));
  if (!policy.ok) throw new Fault("E_VERIFY_POLICY", `${policyFile}: ${policy.problem.detail}`);
  onDisk("E_REGISTRY_FOLDER", () => {
    makeFolders(dir, 0o700);
    writeFileSync(join(dir, KEY), newKeyPem(), { flag: "wx", mode: 0o400, flush: true });
  });
  const signer = load(dir, name);
  const first: Register = { serial: 0, t: now.toISOString(), key: signer.vkey, policy: policy.value, logs: [] };
  const registry = registryOf(dir, signer, first, () => now);
  return { ...registry, register: registry.publish(first) };
}

/** Opens the folder that `initRegistry` made. E_REGISTRY_FOLDER; E_REGISTRY_KEY where the key is not that of the register. */
export function openRegistry(dir: string, now: () => Date = () => new Date()): Registry {
  const raw = onDisk("E_REGISTRY_FOLDER", () => readFileSync(join(dir, REGISTER)));
  const read = openRegister(raw);
  if (!read.ok) throw new Fault("E_REGISTRY_KEY", `${join(dir, REGISTER)}: ${read.problem.detail}`);
  const signer = load(dir, read.value.key.name.replace(/^reg\./, ""));
  if (signer.vkey.text !== read.value.key.text) throw new Fault("E_REGISTRY_KEY", "the register is of another key");
  return registryOf(dir, signer, read.value, now);
}

function registryOf(dir: string, signer: Signer, register: Register, now: () => Date): Registry {
  return {
    register,
    signer,
    publish: (changed) => {
      const next: Register = { ...changed, serial: register.serial + 1, t: now().toISOString() };
      keepWhole(join(dir, REGISTER), signRegister(next, signer));
      return next;
    },
  };
}

/** Unwraps what can be refused; the code and its detail are the refusal. */
export function expectGood<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Fault("E_REGISTRY_REFUSED", `${result.problem.code} ${result.problem.detail}`);
}

function load(dir: string, name: string): Signer {
  const path = join(dir, KEY);
  const mode = onDisk("E_REGISTRY_KEY", () => statSync(path).mode);
  if ((mode & 0o077) !== 0) throw new Fault("E_REGISTRY_KEY", `${path} has mode ${(mode & 0o777).toString(8)}`);
  try {
    return signerFromPem(`reg.${name}`, 1, readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Fault("E_REGISTRY_KEY", `${path} holds no usable key`, { cause });
  }
}

/** E_REGISTRY_FOLDER. */
export const keepWhole = (path: string, bytes: Buffer): void =>
  onDisk("E_REGISTRY_FOLDER", () => writeWhole(path, bytes, 0o644));

/** Errors of the file system become this code; a file that is there already is E_REGISTRY_EXISTS. */
export function onDisk<T>(code: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Fault || !(error instanceof Error && "code" in error)) throw error;
    throw new Fault(error.code === "EEXIST" ? "E_REGISTRY_EXISTS" : code, error.message, { cause: error });
  }
}
