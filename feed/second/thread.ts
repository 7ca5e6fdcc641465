/** Places in the numbers that both threads see: steps taken, batches looked at, those with a bad signature, 1 or -1 once hashed. */
export const [moves, done, bad, hashed] = [0, 1, 2, 3] as const;
/** In the first bytes of a batch: somebody has to look at it, has begun to, has done it. */
export const [given, begun, finished] = [0, 1, 2] as const;
/** Of a batch, before its signatures. */
export const headBytes = 8;

/**
 * The second thread. It is started from the text of this function, so that sources and what is built of them run alike: nothing
 * outside of it is there.
 */
export function work(): void {
  const crypto = process.getBuiltinModule("node:crypto");
  const fs = process.getBuiltinModule("node:fs");
  const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
  const { numbers, digests } = workerData as { numbers: Int32Array; digests: Uint8Array };
  const [MOVES, DONE, BAD, HASHED] = [0, 1, 2, 3] as const;
  const [GIVEN, BEGUN, FINISHED] = [0, 1, 2] as const;
  const spki = Buffer.from("302a300506032b6570032100", "hex");
  const keys = new Map<string, ReturnType<typeof crypto.createPublicKey>>();
  const move = (): void => {
    Atomics.add(numbers, MOVES, 1);
    Atomics.notify(numbers, MOVES);
  };
  const keyOf = (raw: Buffer) => {
    const name = raw.toString("latin1");
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = crypto.createPublicKey({ key: Buffer.concat([spki, raw]), format: "der", type: "spki" });
    keys.set(name, key);
    return key;
  };
  const isGood = (batch: Buffer): boolean => {
    const last = batch.readUInt32BE(4);
    for (let at = 8; at < last; move()) {
      const end = at + 98 + batch.readUInt16BE(at);
      const [key, signature] = [batch.subarray(at + 2, at + 34), batch.subarray(at + 34, at + 98)];
      if (!crypto.verify(null, batch.subarray(at + 98, end), keyOf(key), signature)) return false;
      at = end;
    }
    return true;
  };
  const [sha256, sm3] = [crypto.createHash("sha256"), crypto.createHash("sm3")];
  let how = 1;
  let file = -1;
  let at = 0;
  const chunk = Buffer.allocUnsafe(262_144);
  const hashTo = (path: string, length: number): void => {
    if (file < 0) file = fs.openSync(path, "r");
    while (at < length) {
      const part = chunk.subarray(0, fs.readSync(file, chunk, 0, Math.min(chunk.length, length - at), at));
      if (part.length === 0) return;
      sha256.update(part);
      sm3.update(part);
      at += part.length;
      move();
    }
  };
  interface Message {
    readonly batch?: Uint8Array;
    readonly path?: string;
    readonly length?: number;
    readonly end?: boolean;
  }
  parentPort?.on("message", ({ batch, path, length = 0, end }: Message) => {
    try {
      if (path !== undefined) hashTo(path, length);
    } catch {
      how = -1; // whoever asks for the hashes reads it again, and meets the error
    }
    if (end) {
      digests.set(sha256.digest(), 0);
      digests.set(sm3.digest(), 32);
      Atomics.store(numbers, HASHED, how);
    }
    const state = batch && new Int32Array(batch.buffer, 0, 1);
    if (batch && state && Atomics.compareExchange(state, 0, GIVEN, BEGUN) === GIVEN) {
      let good = false;
      try {
        good = isGood(Buffer.from(batch.buffer, batch.byteOffset, batch.length));
      } catch {
        // A batch that cannot be read is not good.
      }
      if (!good) Atomics.add(numbers, BAD, 1);
      Atomics.add(numbers, DONE, 1);
      Atomics.store(state, 0, FINISHED);
    }
    move();
  });
}
