import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

const chunkBytes = 1_048_576;

/** SHA-256 and SM3 of a file, base64; it is never in memory as a whole. Throws the errors of the file system. */
export function fileHashes(path: string): [sha256: string, sm3: string] {
  const [sha256, sm3] = [createHash("sha256"), createHash("sm3")];
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(chunkBytes);
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      sha256.update(chunk.subarray(0, length));
      sm3.update(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return [sha256.digest("base64"), sm3.digest("base64")];
}
