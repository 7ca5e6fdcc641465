import { hash } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { Verify } from "../format/note.ts";
import { signedWith, type Vkey } from "../format/vkey.ts";
import { bad, begun, done, finished, given, hashed, headBytes, moves, work } from "./thread.ts";

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
/** A stranger's bundle may have any number of signatures: so many batches at once, and so many of them are known again. */
const [mostBatches, mostSeen] = [256, 262_144];
/** A thread that does nothing for so long is given up, ms. */
const patience = 30_000;
const [keyBytes, signatureBytes, longest] = [32, 64, 65_535];

/** Undefined where no thread can be had, be it that their number or what a process may do is limited. */
export function startSecondCore(): SecondCore | undefined {
  const numbers = new Int32Array(new SharedArrayBuffer(20));
  const digests = new Uint8Array(new SharedArrayBuffer(64));
  const worker = startThread({ numbers, digests });
  if (worker === undefined) return undefined;
  const seen = new Set<string>();
  const keys = new Map<string, Vkey>();
  const batches: Buffer[] = [];
  let all = 0;
  let pieces: Buffer[] = [];
  let bytes = 0;
  let isEnded = false;

  /** One that the thread has done with, or another; used again, since the thread lets go of memory when it likes. */
  const roomForBatch = (): Buffer | undefined => {
    const free = batches.find((batch) => Atomics.load(stateOf(batch), 0) === finished);
    if (free !== undefined || batches.length === mostBatches) return free;
    const batch = Buffer.from(new SharedArrayBuffer(headBytes + batchBytes + 2 + keyBytes + signatureBytes + longest));
    batches.push(batch);
    return batch;
  };
  /** Its state and where it ends, in four bytes each; then of each signature the length of its message, key, signature and message. */
  const flush = (): void => {
    if (pieces.length === 0) return;
    all++;
    const room = roomForBatch();
    const batch = room ?? Buffer.alloc(headBytes + bytes);
    let at = headBytes;
    for (const piece of pieces) at += piece.copy(batch, at);
    batch.writeUInt32BE(at, 4);
    [pieces, bytes] = [[], 0];
    Atomics.store(stateOf(batch), 0, given);
    if (room === undefined) look(batch);
    else worker.postMessage({ batch });
  };
  const isGood = (batch: Buffer): boolean => {
    const last = batch.readUInt32BE(4);
    for (let at = headBytes; at < last; ) {
      const key = keys.get(batch.toString("latin1", at + 2, at + 2 + keyBytes));
      const signature = batch.subarray(at + 2 + keyBytes, at + 2 + keyBytes + signatureBytes);
      const end = at + 2 + keyBytes + signatureBytes + batch.readUInt16BE(at);
      if (key === undefined || !signedWith(key, batch.subarray(at + 2 + keyBytes + signatureBytes, end), signature))
        return false;
      at = end;
    }
    return true;
  };
  const look = (batch: Buffer): void => {
    if (!isGood(batch)) Atomics.add(numbers, bad, 1);
    Atomics.add(numbers, done, 1);
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
      // A batch has room for Ed25519 alone, and for messages whose length is two bytes.
      if (key.type === 255 || signature.length !== signatureBytes || message.length > longest)
        return signedWith(key, message, signature);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      const piece = Buffer.concat([length, key.key, signature, message]);
      const name = hash("sha256", piece, "binary"); // an anchor embeds the cosignatures of a checkpoint
      if (seen.has(name)) return true;
      if (seen.size >= mostSeen) seen.clear();
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
      const isBad = (): boolean => Atomics.load(numbers, bad) > 0;
      for (const batch of batches.toReversed()) {
        if (isBad()) return false;
        if (Atomics.compareExchange(stateOf(batch), 0, given, begun) !== given) continue;
        look(batch);
        Atomics.store(stateOf(batch), 0, finished);
      }
      return waitUntil(() => isBad() || Atomics.load(numbers, done) === all) && !isBad();
    },
    stop: () => void worker.terminate(),
  };
}

const stateOf = ({ buffer }: Buffer): Int32Array => new Int32Array(buffer, 0, 1);

function startThread(workerData: { readonly numbers: Int32Array; readonly digests: Uint8Array }): Worker | undefined {
  const resourceLimits = { maxYoungGenerationSizeMb: 2 }; // it holds nothing for long
  try {
    const worker = new Worker(`(${work.toString()})()`, { eval: true, workerData, resourceLimits });
    return worker.on("error", () => {}); // whoever waits for it will give it up
  } catch {
    return undefined; // all that it would do can be done without it
  }
}
