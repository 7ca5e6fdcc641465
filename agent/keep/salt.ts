import { randomBytes } from "node:crypto";

const LENGTH = 12;
const POOLED = 1024;

/** A source of 12 random bytes for each entry. Drawn in bulk: one call to the kernel a thousand entries. */
export function saltSource(): () => Buffer {
  let pool = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used >= pool.length) {
      pool = randomBytes(LENGTH * POOLED);
      used = 0;
    }
    used += LENGTH;
    return pool.subarray(used - LENGTH, used);
  };
}
