import { type KnownCheck, makeProof } from "../../feed/derive/calibration/proof.ts";
import { declaredIn } from "../../feed/derive/entries.ts";
import type { AmendBody } from "../../feed/format/body.ts";
import { readEntry } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { amendments } from "./amendments.ts";
import { beginOf } from "./begin.ts";
import type { DeriverParts } from "./parts.ts";

/**
 * What checks take from, or give back to, periods since `from` (Unix ms) that were closed under declarations before this one:
 * each by its own channels and timers. A changed configuration must not save what a failure reaches back over.
 */
export async function earlierAmendments(
  parts: DeriverParts,
  checks: readonly KnownCheck[],
  from: number,
  signal: AbortSignal,
): Promise<readonly AmendBody[]> {
  const bodies: AmendBody[] = [];
  let until: number = parts.since;
  for (const config of declarationsBefore(parts).toReversed()) {
    if (until <= from || signal.aborted) break;
    const since = millis(Date.parse(config.t));
    const east = millis((config.east ?? 0) * 60_000);
    const declared = { ...parts, channels: declaredIn(config), offset: east, cfg: config.seq, since };
    const proof = makeProof(config);
    for (const check of checks) proof.add(check);
    const begin = beginOf(declared, Math.max(from, since));
    const again = await amendments({ ...declared, begin, proof, tell: () => {}, see: () => {} }, signal);
    bodies.push(...(again?.bodies ?? []));
    until = since;
  }
  return signal.aborted ? [] : bodies;
}

const declarationsBefore = ({ journal, cfg }: DeriverParts) =>
  [...journal.ofType("config", 0)].flatMap(({ bytes, seq }) => {
    const read = seq < cfg ? readEntry(bytes) : undefined;
    return read?.ok && read.value.type === "config" && read.value.derive !== undefined ? [read.value] : [];
  });
