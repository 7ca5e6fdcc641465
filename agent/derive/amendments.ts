import { setImmediate as turn } from "node:timers/promises";
import { endOf } from "../../feed/derive/average/calendar.ts";
import type { Closed } from "../../feed/derive/average/channel.ts";
import type { Proof } from "../../feed/derive/calibration/proof.ts";
import type { CounterNews } from "../../feed/derive/counting.ts";
import { type Deriving, makeDeriving } from "../../feed/derive/deriving.ts";
import { derivedBodies } from "../../feed/derive/entries.ts";
import { overlaid, type Readings } from "../../feed/derive/overlaid.ts";
import type { AmendBody, DerivedBody } from "../../feed/format/body.ts";
import { canonical } from "../../feed/format/canonical.ts";
import { isoTime, readEntry, type StoredEntry } from "../../feed/format/entry.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";
import { type Begin, recallBefore } from "./begin.ts";
import type { DeriverParts } from "./parts.ts";
import { entriesFrom, grace, portion } from "./reading.ts";
import { type Because, reasons } from "./reasons.ts";

/** A closed period as it stands: its entry with all amendments over it. `told`: the newest of these. */
interface Standing {
  readonly seq: number;
  readonly told: number;
  readonly data: Readings;
}

/** What of the closed periods comes out different, what is over and was never said, and the averages that go on from there. */
export interface Again {
  readonly bodies: readonly AmendBody[];
  readonly owed: readonly Closed[];
  readonly deriving: Deriving;
  /** Entries below it are in. */
  readonly next: number;
}

const minute = 60_000;
/** Text of an entry is at most this long. */
const longest = 4096;

/** Everything since `begin` once more, samples in the order of their times. Nothing where `signal` aborted meanwhile. */
export async function amendments(
  parts: DeriverParts & {
    readonly begin: Begin;
    readonly proof: Proof;
    tell(news: CounterNews): void;
    see(entry: StoredEntry): void;
  },
  signal: AbortSignal,
): Promise<Again | undefined> {
  const { channels, offset, cfg, journal, clock, begin, tell, see, proof } = parts;
  const frames: { readonly t: number; readonly seq: number }[] = [];
  const standing = new Map<string, Standing>();
  const keyOfSeq = new Map<number, string>();
  const deriving = makeDeriving(channels, offset, begin.state ?? begin.t, { tell, unproven: proof.spans });
  let next = begin.seq;
  let until = begin.t as number;
  for await (const entry of entriesFrom(journal, begin.seq, signal)) {
    next = entry.seq + 1;
    see(entry);
    if (entry.type === "frame") {
      // The earliest of its readings, so that none comes late.
      const t = Math.min(...deriving.samplesOf(entry, entry.seq).map(([, sample]) => sample.t));
      if (t < Number.POSITIVE_INFINITY) frames.push({ t, seq: entry.seq });
    } else if (entry.type === "derived" && entry.cfg === cfg) {
      const key = keyOf(entry);
      standing.set(key, { seq: entry.seq, told: entry.seq, data: entry.data });
      keyOfSeq.set(entry.seq, key);
      until = Math.max(until, endOf(entry.period, Date.parse(entry.start), offset / minute));
    } else if (entry.type === "amend") {
      const key = keyOfSeq.get(entry.ref);
      const was = key === undefined ? undefined : standing.get(key);
      if (key !== undefined && was)
        standing.set(key, { ...was, told: entry.seq, data: overlaid(was.data, entry.value) });
    }
  }
  const declared = new Map(channels.map((channel) => [channel.id, channel]));
  await recallBefore(deriving, parts, begin, signal);
  const because = reasons(channels, proof, offset);
  const bodies: AmendBody[] = [];
  const owed: Closed[] = [];
  const compare = (to: number): void => {
    for (const body of derivedBodies(deriving.close(to), declared, cfg, clock.now().wall))
      bodies.push(...different(standing.get(keyOf(body)), body, because, clock.now().wall));
  };
  for (const [index, { t, seq }] of frames.toSorted((a, b) => a.t - b.t || a.seq - b.seq).entries()) {
    if (index % portion === portion - 1) await turn(); // a month is long, and the meters are polled meanwhile
    if (signal.aborted) return undefined;
    const read = journal.read(seq, seq + 1).map(({ bytes }) => readEntry(bytes))[0];
    if (!read?.ok || read.value.type !== "frame") continue;
    compare(Math.min(t, until));
    // Or what came after a long standstill would lie too far ahead; of a clock that runs ahead it does.
    if (t > until) owed.push(...deriving.close(Math.min(t, clock.now().wall - grace)));
    for (const [channel, sample] of deriving.samplesOf(read.value, seq)) deriving.take(channel, sample);
  }
  compare(until);
  return signal.aborted ? undefined : { bodies, owed, deriving, next };
}

const keyOf = ({ period, start }: Pick<DerivedBody, "period" | "start">): string => `${period} ${start}`;

/** A period that nothing was said of cannot be amended: its values stand in the periods it is part of. */
function different(was: Standing | undefined, body: DerivedBody, because: Because, now: Millis): AmendBody[] {
  if (was === undefined) return [];
  const changed = Object.entries(body.data).filter(
    ([channel, reading]) => JSON.stringify(reading) !== JSON.stringify(was.data[channel]),
  );
  const say = (some: typeof changed, why: string): AmendBody[] => {
    const value = canonical(Object.fromEntries(some));
    if (value.length > longest && some.length > 1)
      return [...say(some.slice(0, some.length >> 1), why), ...say(some.slice(some.length >> 1), why)];
    return [{ type: "amend", t: isoTime(millis(now)), ref: was.seq, why, by: "agent", value }];
  };
  const byWhy = new Map<string, typeof changed>();
  for (const one of changed) {
    const why = because(one[0], body, was.told);
    byWhy.set(why, [...(byWhy.get(why) ?? []), one]);
  }
  return [...byWhy].flatMap(([why, some]) => say(some, why));
}
