import { readEntry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { parseVkey, type Vkey } from "../../feed/format/note.ts";
import { rotatedKey } from "../../feed/format/rotate.ts";
import { twinOrigin } from "../../feed/format/sm/tree.ts";
import { leafHash } from "../../feed/format/tree.ts";
import type { Leaves } from "./leaves.ts";

/** The keys of a log, as its own entries name them. */
export interface LogKeys {
  readonly origin: string;
  /** All that ever signed it. */
  readonly keys: readonly Vkey[];
  /** Those that sign it now. */
  readonly inForce: readonly Vkey[];
  /** That of the SM3 twin tree; undefined where entry 0 names none. */
  readonly twin: Vkey | undefined;
}

/** Reads entry 0 and the `rotate` entries. E_JOURNAL_CORRUPT where there is no whole entry 0 or a new key is not proved. */
export function logKeysOf(leaves: Pick<Leaves, "read" | "ofType">): LogKeys {
  const [first] = leaves.read(0, 1);
  const whole = first?.hash.equals(leafHash(first.bytes));
  const genesis = first !== undefined && whole ? readEntry(first.bytes) : undefined;
  if (!genesis?.ok || genesis.value.type !== "genesis") throw new Fault("E_JOURNAL_CORRUPT", "entry 0 is no genesis");
  const { origin } = genesis.value;
  const named = genesis.value.keys.map(parseVkey).flatMap((key) => (key.ok ? [key.value] : []));
  const keys = named.filter(({ type }) => type === 1);
  const ofTwin = ({ type, name }: Vkey): boolean => type === 255 && name === twinOrigin(origin);
  const twin = genesis.value.twin === null ? undefined : named.find(ofTwin);
  let inForce: readonly Vkey[] = keys;
  for (const { seq, bytes } of leaves.ofType("rotate", 1)) {
    const entry = readEntry(bytes);
    if (!entry.ok || entry.value.type !== "rotate") throw new Fault("E_JOURNAL_CORRUPT", `entry ${seq} cannot be read`);
    const { drop } = entry.value;
    const key = rotatedKey(origin, seq, entry.value);
    if (!key.ok) throw new Fault("E_JOURNAL_CORRUPT", `${key.problem.code} ${key.problem.detail}`);
    if (keys.every(({ text }) => text !== key.value.text)) keys.push(key.value);
    inForce = [...inForce.filter(({ text }) => !drop.includes(text) && text !== key.value.text), key.value];
  }
  return { origin, keys, inForce, twin };
}
