import { endOf } from "../../feed/derive/average/calendar.ts";
import { checkIn, isIn, makeProof, spanText, within } from "../../feed/derive/calibration/proof.ts";
import { measuredUnder } from "../../feed/derive/declared.ts";
import { declaredIn } from "../../feed/derive/entries.ts";
import type { ConfigBody, DerivedBody } from "../../feed/format/body.ts";
import { isoTime, readEntry } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import { firstSince } from "./reading.ts";
import type { TracedSample } from "./traced-sample.ts";

/** A time of which a measured channel has no check that proves it; where the check that took it has a number, `entry` is it. */
export interface Unproven {
  readonly channel: string;
  readonly from: string;
  readonly to: string;
  readonly why: "failed" | "expired" | "unproven";
  readonly entry: number | null;
  readonly text: string;
}

const day = 86_400_000;
const mark = Buffer.from('"code":"CALIBRATION_');

/** `told`: number of the entry that said last what the value is. */
export function unprovenIn(
  journal: JournalReader,
  channel: string,
  { period, start }: Pick<DerivedBody, "period" | "start">,
  config: ConfigBody,
  told: number,
): readonly Unproven[] {
  const proof = makeProof(config);
  if (proof.channels.length === 0) return [];
  const from = Date.parse(start);
  const to = endOf(period, from, config.east ?? 0);
  for (const { bytes, seq } of journal.ofType(
    "event",
    firstSince(journal, isoTime(millis(from - proof.reach - day))),
  )) {
    if (seq >= told) break;
    const read = bytes.includes(mark) ? readEntry(bytes) : undefined;
    const check = read?.ok ? checkIn(read.value) : undefined;
    if (check) proof.add(check);
  }
  return measuredUnder(declaredIn(config))(channel).flatMap((one) =>
    proof
      .spans(one)
      .filter((span) => within([span], from, to).length > 0)
      .map((span) => ({
        channel: one,
        from: isoTime(millis(Math.max(span.from, from))),
        to: isoTime(millis(Math.min(span.to, to))),
        why: span.why,
        entry: Number.isSafeInteger(Number(span.by?.id)) ? Number(span.by?.id) : null,
        text: spanText(one, span),
      })),
  );
}

/** Samples of a time that is not proven do not count. */
export function uncounted(samples: readonly TracedSample[], unproven: readonly Unproven[]): readonly TracedSample[] {
  if (unproven.length === 0) return samples;
  const spans = unproven.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }));
  return samples.map((one) => (isIn(spans, Date.parse(one.t)) ? { ...one, counted: false } : one));
}
