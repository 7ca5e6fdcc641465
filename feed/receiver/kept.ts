import { Fault } from "../format/faults.ts";
import { leafHash } from "../format/tree.ts";

/** An entry as it lies in the ledger; `hash` is that of the bytes that were verified. */
export interface Kept {
  readonly seq: number;
  readonly hash: Buffer;
  readonly bytes: Buffer;
}

/**
 * Its proof was checked before it was kept; that the bytes are still those is seen by their hash. Otherwise a disk that turned a bit
 * would be shown as verified, or held against the plant. E_LEDGER_CORRUPT.
 */
export function asVerified<Row extends Kept>(row: Row): Row {
  if (leafHash(row.bytes).equals(row.hash)) return row;
  throw new Fault("E_LEDGER_CORRUPT", `entry ${row.seq} is not what was verified`);
}
