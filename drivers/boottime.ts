import { uptime } from "node:os";

/**
 * Milliseconds since boot with the time the machine slept: CLOCK_BOOTTIME. Node tells CLOCK_MONOTONIC alone, which stands
 * still meanwhile (clock_gettime(2)), and CLOCK_BOOTTIME to 10 ms (os.uptime, from /proc/uptime); the difference changes only
 * in a sleep. It is looked up when the wall clock has moved against the monotonic one, which a sleep cannot avoid.
 */
export function bootTime(
  monotonic: () => number,
  wall: () => number = Date.now,
  up: () => number = uptime,
): () => number {
  let apart = Number.NaN;
  let slept = 0;
  return () => {
    const mono = monotonic();
    const now = wall() - mono;
    if (!(Math.abs(now - apart) < moved)) slept = Math.max(slept, sleepOf(up() * 1000 - mono));
    apart = now;
    return mono + slept;
  };
}

/** ms; and what os.uptime may be off. */
const moved = 20;
const coarse = 50;
const sleepOf = (ms: number): number => (ms > coarse ? ms : 0);
