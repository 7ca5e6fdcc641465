import { hash } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { Verify } from "../format/note.ts";
import { signedWith, type Vkey } from "../format/vkey.ts";
import { bad, begun, done, hashed, moves, work } from "./thread.ts";

/**
 * Work that is no part of the walk over the entries, for another core: signatures, and the hashes of a large file. A signature
 * is taken for good until `settled` says whether all were; if not, whatever was concluded from them is void.
 */
export interface SecondCore {
  readonly verify: Verify;
  /** Hashes a file up to a length that it has by now; of one file at most. Left out: to its end. */
  hash(path: string, length?: number): void;
  /** SHA-256 and SM3 of what was hashed, base64; waits for them. Undefined where it could not be read. */
  hashes(): readonly [string, string] | undefined;
  /** Whether every signature verified; waits until all were looked at, and helps. */
  settled(): boolean;
  stop(): void;
}

const batchBytes = 65_536;
/** A thread that does nothing for so long is given up, ms. */
const patience = 30_000;
const [keyBytes, signatureBytes] = [32, 64];

export function startSecondCore(): SecondCore {
  const numbers = new Int32Array(new SharedArrayBuffer(20));
  const digests = new Uint8Array(new SharedArrayBuffer(64));
  const resourceLimits = { maxYoungGenerationSizeMb: 2 }; // it holds nothing for long
  const worker = new Worker(`(${work.toString()})()`, { eval: true, workerData: { numbers, digests }, resourceLimits });
  worker.on("error", () => {}); // whoever waits for it will give it up
  const seen = new Set<string>();
  const keys = new Map<string, Vkey>();
  const batches: Buffer[] = [];
  let pieces: Buffer[] = [];
  let bytes = 0;
  let isEnded = false;

  /** A claim of four bytes, then of each signature the length of its message, key, signature and message. */
  const flush = (): void => {
    if (pieces.length === 0) return;
    const batch = Buffer.from(new SharedArrayBuffer(4 + bytes));
    let at = 4;
    for (const piece of pieces) at += piece.copy(batch, at);
    batches.push(batch);
    worker.postMessage({ batch });
    [pieces, bytes] = [[], 0];
  };
  const isGood = (batch: Buffer): boolean => {
    for (let at = 4; at < batch.length; ) {
      const key = keys.get(batch.toString("latin1", at + 2, at + 2 + keyBytes));
      const signature = batch.subarray(at + 2 + keyBytes, at + 2 + keyBytes + signatureBytes);
      const end = at + 2 + keyBytes + signatureBytes + batch.readUInt16BE(at);
      if (key === undefined || !signedWith(key, batch.subarray(at + 2 + keyBytes + signatureBytes, end), signature))
        return false;
      at = end;
    }
    return true;
  };
  /** False where the thread stands still. */
  const waitUntil = (isOver: () => boolean): boolean => {
    for (;;) {
      const before = Atomics.load(numbers, moves);
      if (isOver()) return true;
      if (Atomics.wait(numbers, moves, before, patience) === "timed-out") return false;
    }
  };
  return {
    verify: (key, message, signature) => {
      if (message.length > 65_535) return signedWith(key, message, signature);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      const piece = Buffer.concat([length, key.key, signature, message]);
      const name = hash("sha256", piece, "binary"); // an anchor embeds the cosignatures of a checkpoint
      if (seen.has(name)) return true;
      seen.add(name);
      keys.set(key.key.toString("latin1"), key);
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= batchBytes) flush();
      return true;
    },
    hash: (path, length) => {
      isEnded = length === undefined; // or its hashes would wait for all the signatures
      worker.postMessage({ path, length: length ?? Number.POSITIVE_INFINITY, end: isEnded });
    },
    hashes: () => {
      if (!isEnded) worker.postMessage({ end: true });
      isEnded = true;
      if (!waitUntil(() => Atomics.load(numbers, hashed) !== 0) || Atomics.load(numbers, hashed) < 0) return undefined;
      const base64 = (from: number): string => Buffer.from(digests.slice(from, from + 32)).toString("base64");
      return [base64(0), base64(32)];
    },
    settled: () => {
      flush();
      for (const batch of batches.toReversed()) {
        if (Atomics.exchange(new Int32Array(batch.buffer, 0, 1), 0, begun) === begun) continue;
        if (!isGood(batch)) Atomics.add(numbers, bad, 1);
        Atomics.add(numbers, done, 1);
      }
      return waitUntil(() => Atomics.load(numbers, done) === batches.length) && Atomics.load(numbers, bad) === 0;
    },
    stop: () => void worker.terminate(),
  };
}
