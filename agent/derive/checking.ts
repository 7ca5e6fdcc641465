/** The zero and span checks of the measured channels as the journal goes on: told of once, and what they leave unproven. */

import type { Running } from "../../feed/derive/calibration/checks.ts";
import { checkIn, firstApart, type KnownCheck, makeProof, type Proof } from "../../feed/derive/calibration/proof.ts";
import { makeWatch, type Watch } from "../../feed/derive/calibration/watch.ts";
import { samplesOf } from "../../feed/derive/samples.ts";
import { isoTime, readEntry, type StoredEntry } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { checkEvent, expiredEvent } from "./check-events.ts";
import { enteredCheck } from "./entered.ts";
import type { DeriverParts } from "./parts.ts";
import { firstSince } from "./reading.ts";
import type { Telling } from "./telling.ts";

export interface Checking {
  readonly proof: Proof;
  /** All that prove, or take away, anything still. */
  readonly known: readonly KnownCheck[];
  /** An entry, in the order of the journal. */
  see(entry: StoredEntry): void;
  /** Tells of what ran out by `now`, Unix ms. */
  expire(now: number): void;
  /** The earliest moment of which readings stand otherwise in the averages than the checks have it by now; then forgotten. */
  changed(): number | undefined;
  running(): { readonly [channel: string]: Running };
}

const codeMark = Buffer.from('"code":"CALIBRATION_');
/** Checks that are older prove nothing any more: no timer is as long. */
export const longestTimer = 366 * 86_400_000;

/** `next`: entries below it were seen, and are in the averages; `running` is what they left under way. */
export function makeChecking(
  { checks = [], calibrate = {}, journal, clock }: DeriverParts,
  telling: Telling,
  next: number,
  running: { readonly [channel: string]: Running },
): Checking {
  const watched = new Map(checks.map((one) => [one.channel, one]));
  const watches = new Map<string, Watch>(checks.map((one) => [one.channel, makeWatch(one, running[one.channel])]));
  const proof = makeProof({ calibrate });
  const known: KnownCheck[] = [];
  let [seenUpTo, newest, earliest] = [next, 0, Number.POSITIVE_INFINITY];

  const learn = (entry: StoredEntry): void => {
    const check = checkIn(entry);
    if (check === undefined) return;
    known.push(check);
    const before = proof.spans(check.channel);
    proof.add(check);
    const apart = firstApart(before, proof.spans(check.channel));
    if (apart <= Math.max(newest, clock.now().wall)) earliest = Math.min(earliest, apart);
  };
  if (checks.length > 0) {
    const since = firstSince(journal, isoTime(millis(clock.now().wall - longestTimer)));
    for (const { bytes, seq } of journal.ofType("event", since)) {
      if (seq >= next) break;
      const read = bytes.includes(codeMark) ? readEntry(bytes) : undefined;
      if (!read?.ok || read.value.type !== "event") continue;
      telling.read(read.value);
      learn(read.value);
    }
    earliest = Number.POSITIVE_INFINITY;
  }
  return {
    proof,
    known,
    see: (entry) => {
      if (entry.seq < seenUpTo) return;
      seenUpTo = entry.seq + 1;
      learn(entry);
      const entered = entry.type === "manual" ? enteredCheck(entry, watched) : undefined;
      if (entered) telling.hear(checkEvent(entered));
      if (entry.type !== "frame") return;
      for (const [channel, sample] of samplesOf(entry, entry.seq)) {
        newest = Math.max(newest, sample.t);
        const news = watches.get(channel)?.take(sample);
        if (news) telling.hear(checkEvent(news));
      }
    },
    expire: (now) => {
      for (const channel of proof.channels) {
        const open = proof.spans(channel).find(({ from, to }) => from <= now && now < to);
        if (open?.why === "expired") telling.hear(expiredEvent(channel, open));
      }
    },
    changed: () => {
      const since = earliest;
      earliest = Number.POSITIVE_INFINITY;
      return since === Number.POSITIVE_INFINITY ? undefined : since;
    },
    running: () =>
      Object.fromEntries(
        [...watches].flatMap(([channel, watch]) => {
          const state = watch.state();
          return state === undefined ? [] : [[channel, state] as const];
        }),
      ),
  };
}
