import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** Readings in an export's entries: all of them, and those in entries below each of the given tree sizes. */
export async function countReadings<K extends string>(
  leaves: string,
  below: Readonly<Record<K, number>>,
): Promise<{ readonly all: number } & Readonly<Record<K, number>>> {
  const sizes = Object.entries<number>(below);
  const counts: Record<string, number> = { all: 0, ...Object.fromEntries(sizes.map(([name]) => [name, 0])) };
  for await (const line of createInterface({ input: createReadStream(leaves) })) {
    const entry = JSON.parse(line) as { seq: number; data?: object };
    const readings = Object.keys(entry.data ?? {}).length;
    counts.all = (counts.all ?? 0) + readings;
    for (const [name, size] of sizes) if (entry.seq < size) counts[name] = (counts[name] ?? 0) + readings;
  }
  return counts as { all: number } & Record<K, number>;
}
