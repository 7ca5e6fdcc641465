import { readFileSync } from "node:fs";

/** First 8 hex digits of the kernel's boot id: tells monotonic clocks of two boots apart. */
export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
}
