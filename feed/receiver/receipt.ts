import { Fault } from "../format/faults.ts";
import { millis } from "../format/vocabulary.ts";
import { loadKeys } from "./keys.ts";
import type { ReceiverSettings } from "./settings.ts";
import { openLedger } from "./sqlite-ledger.ts";
import { receipts } from "./witness.ts";

/**
 * The newest tree of a log of which every entry is in the ledger, countersigned now by witness and mirror: what the registry
 * wants to see before it lets another log continue this one. E_RECEIPT_NONE, E_RECEIVER_KEY, E_LEDGER_*.
 */
export async function lastReceipt(
  { keys: folder, name, ledger: file }: ReceiverSettings,
  origin: string,
  now: number,
): Promise<{ readonly size: number; readonly note: Buffer }> {
  const keys = loadKeys(folder, name);
  const ledger = openLedger(file);
  try {
    const { mirrored } = await ledger.holding(origin);
    if (mirrored === undefined) throw new Fault("E_RECEIPT_NONE", `${file} holds nothing of ${origin}`);
    const [note] = receipts({ witnessed: mirrored, mirrored }, keys, millis(now));
    return { size: mirrored.size, note: note as Buffer };
  } finally {
    await ledger.close();
  }
}
