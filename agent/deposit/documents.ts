import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolders } from "../../feed/files/folders.ts";

/** More than any laboratory report has. */
export const mostBytes = 100 * 1024 * 1024;

export interface Document {
  readonly bytes: number;
  /** Lowercase hexadecimal. */
  readonly sha256: string;
}

/** Copies a file into the documents folder, under the hash of what was read; durable. Throws the error of the file system. */
export async function keepDocument(file: string, dir: string): Promise<Document> {
  makeFolders(dir, 0o700);
  const aside = join(dir, `.part-${process.pid}`);
  const digest = createHash("sha256");
  let bytes = 0;
  const through = new Transform({
    transform(chunk: Buffer, _, done) {
      digest.update(chunk);
      bytes += chunk.length;
      if (bytes > mostBytes) done(new Error(`more than ${mostBytes} bytes`));
      else done(null, chunk);
    },
  });
  try {
    await pipeline(createReadStream(file), through, createWriteStream(aside, { flags: "w", mode: 0o400 }));
    const sha256 = digest.digest("hex");
    const written = openSync(aside, "r");
    fsyncSync(written);
    closeSync(written);
    renameSync(aside, join(dir, sha256));
    return { bytes, sha256 };
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

/** Whether the document of that hash is there, hashed again. */
export async function isDocument(dir: string, { bytes, sha256 }: Document): Promise<boolean> {
  const path = join(dir, sha256);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size !== bytes || bytes > mostBytes) return false;
  const digest = createHash("sha256");
  await pipeline(createReadStream(path), digest);
  return digest.digest("hex") === sha256;
}
