/** Chance that can be repeated: everything below depends on its arguments only. */

/** Numbers in [0, 1), the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mix(state);
  };
}

function mix(n: number): number {
  let t = Math.imul(n ^ (n >>> 15), n | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/** A seed for one purpose, so that adding a meter does not change what the others draw (FNV-1a). */
export function seedFor(seed: number, ...labels: readonly (string | number)[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const byte of Buffer.from(labels.join("\0"))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** Scatter around 0 with a standard deviation of 1, never beyond 3. */
export function scatter(seed: number): number {
  const next = randomFrom(seed);
  return (next() + next() + next() - 1.5) * 2;
}

/** A curve that wanders in [-1, 1] and is smooth: drawn anew every `period`, eased in between. */
export function wander(seed: number, period: number, seconds: number): number {
  const step = Math.floor(seconds / period);
  const part = seconds / period - step;
  const at = (n: number): number => randomFrom(seedFor(seed, n))() * 2 - 1;
  return at(step) + (at(step + 1) - at(step)) * part * part * (3 - 2 * part);
}
