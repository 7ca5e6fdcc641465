import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../format/faults.ts";
import { newKeyPem, type Signer, signerFromPem } from "../format/note.ts";
import type { Policy } from "../format/policy.ts";
import type { ServiceKeys } from "./witness.ts";

/** The service's keys by file, with the name before its domain and the signature type (C2SP: 4 cosigns, 1 signs). */
const kinds = { witness: ["w1", 4], mirror: ["m1", 4], control: ["ctl", 1] } as const;
export const keyFiles = Object.values(kinds).map(([file]) => `${file}.pem`);

/** Makes the three keys in `dir`, each in a new file that only its owner may read. Never overwrites: E_RECEIVER_EXISTS. */
export function createKeys(dir: string): void {
  for (const name of keyFiles) {
    const file = openNew(join(dir, name));
    writeSync(file, newKeyPem());
    fsyncSync(file);
    closeSync(file);
  }
}

/** Loads the keys of the service `name`, for example dqs.example.cn. E_RECEIVER_KEY. */
export function loadKeys(dir: string, name: string): ServiceKeys {
  const load = (kind: keyof typeof kinds): Signer => {
    const [prefix, type] = kinds[kind];
    const path = join(dir, `${prefix}.pem`);
    const mode = modeOf(path);
    if (mode === undefined) throw new Fault("E_RECEIVER_KEY", `${path} is not there`);
    if ((mode & 0o077) !== 0) throw new Fault("E_RECEIVER_KEY", `${path} has mode ${(mode & 0o777).toString(8)}`);
    try {
      return signerFromPem(`${prefix}.${name}`, type, readFileSync(path, "utf8"));
    } catch (cause) {
      throw new Fault("E_RECEIVER_KEY", `${path} holds no usable key`, { cause });
    }
  };
  const keys = { witness: load("witness"), mirror: load("mirror"), control: load("control") };
  expectDistinct(dir, Object.values(keys));
  return keys;
}

/** A key stands in a policy once (feed/README.md, 5.6): the one given to the plants would be refused, or no quorum met. */
function expectDistinct(dir: string, signers: readonly Signer[]): void {
  for (const [index, { vkey }] of signers.entries()) {
    const twin = signers.slice(0, index).findIndex((other) => other.vkey.key.equals(vkey.key));
    if (twin >= 0)
      throw new Fault("E_RECEIVER_KEY", `${join(dir, keyFiles[index] ?? "")} holds the key of ${keyFiles[twin]}`);
  }
}

function modeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mode;
  } catch (cause) {
    throw new Fault("E_RECEIVER_KEY", `cannot look at ${path}`, { cause });
  }
}

/** What the plants are given: whose signatures count, and that it takes both. */
export function policyOf({ witness, mirror, control }: ServiceKeys): Policy {
  return {
    logs: [],
    witnesses: [
      { label: "W1", vkey: witness.vkey },
      { label: "M1", vkey: mirror.vkey },
    ],
    groups: [{ label: "Q", threshold: "all", members: ["W1", "M1"] }],
    quorum: "Q",
    control: control.vkey,
  };
}

function openNew(path: string): number {
  try {
    return openSync(path, "wx", 0o400);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw new Fault("E_RECEIVER_EXISTS", `${path} is there already`, { cause: error });
    throw error;
  }
}
