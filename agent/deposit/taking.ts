import type { ManualBody } from "../../feed/format/body.ts";
import { readEntry } from "../../feed/format/entry.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";
import type { OpenJournal } from "../keep/open-journal.ts";
import type { Keeper } from "../sealing.ts";
import type { Take } from "../spool.ts";
import { type Deposit, depositBodies, readDeposit } from "./deposit.ts";
import { isDocument } from "./documents.ts";

export interface TakingParts {
  readonly journal: Pick<OpenJournal, "head" | "ofType" | "read">;
  readonly keeper: Pick<Keeper, "keep">;
  readonly documents: string;
  now(): Millis;
}

/** Writes what was deposited as entries. The same again, as after a crash between writing and clearing away, is written once. */
export function takeDeposits({ journal, keeper, documents, now }: TakingParts): Take {
  return async (text) => {
    const deposit = readDeposit(text);
    if ("wrong" in deposit) return `${deposit.wrong} does not fit`;
    if (!(await isDocument(documents, deposit))) return `the document ${deposit.sha256} is not there as it was`;
    if (isKept(deposit, journal)) return undefined;
    keeper.keep(...depositBodies(deposit, journal.head().size, now()));
    return undefined;
  };
}

function isKept(deposit: Deposit, journal: TakingParts["journal"]): boolean {
  const [{ sha256 }, again] = depositBodies(deposit, 0, 0 as Millis);
  for (const { bytes } of journal.ofType("manual", 0)) {
    const manual = readEntry(bytes);
    if (!manual.ok || manual.value.type !== "manual" || essence(manual.value) !== essence(again)) continue;
    const [seq = 0] = manual.value.docs;
    const [entry] = journal.read(seq, seq + 1);
    const doc = entry && readEntry(entry.bytes);
    if (doc?.ok && doc.value.type === "doc" && doc.value.sha256 === sha256) return true;
  }
  return false;
}

const essence = ({ code, value, unit, period, by }: ManualBody): string =>
  JSON.stringify([code, value, unit, period, by]);
