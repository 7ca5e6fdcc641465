import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder } from "../../feed/files/whole-file.ts";
import { Fault } from "../../feed/format/faults.ts";
import { newKeyPem, type Signer, signerFromPem } from "../../feed/format/note.ts";
import { sm2SignerFromPem } from "../../feed/format/sm/signer.ts";
import { onDisk } from "./files.ts";

/**
 * Keeps a private key, a fresh one of Ed25519 where none is given, in a new file that only its owner may read (0400), PKCS #8 PEM,
 * flushed to disk with its name. Never overwrites: E_KEY_EXISTS. E_JOURNAL_FULL, E_JOURNAL_IO, which leave no file.
 */
export function createKey(path: string, pem: string = newKeyPem()): void {
  const file = openNew(path);
  onDisk(path, () => {
    try {
      try {
        writeFileSync(file, pem);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      syncFolder(dirname(path));
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
  });
}

/**
 * The signer of the log `name` (its origin). E_KEY_MISSING, E_KEY_MODE if others may touch the file, E_KEY_BAD,
 * E_JOURNAL_IO where it cannot be looked at or read.
 */
export function loadSigner(path: string, name: string): Signer {
  return signerOf(path, "Ed25519", (pem) => signerFromPem(name, 1, pem));
}

/** The same for the SM2 key of a twin tree; `name` is the twin's origin. */
export function loadTwinSigner(path: string, name: string): Signer {
  return signerOf(path, "SM2", (pem) => sm2SignerFromPem(name, pem));
}

function signerOf(path: string, kind: string, read: (pem: string) => Signer): Signer {
  const mode = onDisk(path, () => statSync(path, { throwIfNoEntry: false }))?.mode;
  if (mode === undefined) throw new Fault("E_KEY_MISSING", `${path} is not there`);
  if ((mode & 0o077) !== 0)
    throw new Fault("E_KEY_MODE", `${path} has mode ${(mode & 0o777).toString(8).padStart(4, "0")}`);
  const pem = onDisk(path, () => readFileSync(path, "utf8"));
  try {
    return read(pem);
  } catch (cause) {
    throw new Fault("E_KEY_BAD", `${path} holds no usable ${kind} private key`, { cause });
  }
}

function openNew(path: string): number {
  return onDisk(path, () => {
    try {
      return openSync(path, "wx", 0o400);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") {
        throw new Fault("E_KEY_EXISTS", `${path} is there already`, { cause: error });
      }
      throw error;
    }
  });
}
