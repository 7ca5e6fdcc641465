import { type Millis, millis, seconds } from "../../feed/format/vocabulary.ts";

/**
 * What goes out now. A cursor, not a queue: everything that is sent is read from the journal again, and only the mirror's
 * cosignature moves the cursor, so a restart is no special case. Pure: state in, state or decision out. Sizes are tree sizes.
 */
export interface Outbox {
  readonly stage: Stage;
  /** Size of the newest checkpoint here. */
  readonly newest: number;
  /** The largest tree the service is known to have witnessed. */
  readonly witnessed: number;
  /** Entries below are held by the mirror. A nack may set it back. */
  readonly mirrored: number;
  /** Entries below this need no live bundle on this connection: they were committed, or sent live. */
  readonly live: number;
  /** Bundles whose entries the mirror does not hold yet. */
  readonly offers: readonly Offer[];
  /** When the mirror moved last. Live bundles ahead of a backlog wait for its end. */
  readonly moved: Millis;
  /** Waits in a row that ended without an answer. */
  readonly strikes: number;
  /** Nothing is sent before this moment. */
  readonly notBefore: Millis;
}

/**
 * ask: the service is to be asked what it holds; asked: since when; commit: it is to be shown the newest checkpoint, which
 * covers the whole backlog; committed: since when; open: bundles go out.
 */
export type Stage =
  | { readonly is: "ask" | "commit" | "open" }
  | { readonly is: "asked" | "committed"; readonly at: Millis };

export interface Offer {
  readonly lane: "live" | "fill";
  readonly from: number;
  readonly to: number;
  readonly at: Millis;
}

/** A bundle begins at `from` and does not go beyond `below`. */
export type Step =
  | { readonly do: "ask" }
  | { readonly do: "commit" }
  | { readonly do: "bundle"; readonly lane: Offer["lane"]; readonly from: number; readonly below: number }
  | { readonly do: "wait"; readonly until?: Millis };

export const sendRule = {
  /** Fill bundles without an answer at one time. */
  window: 8,
  /** The longest wait for an answer. */
  answerWithin: seconds(30),
  backOff: { first: seconds(5), longest: seconds(600), jitter: 0.2 },
} as const;

/** A new connection knows nothing of what was under way on the last one. */
export function connected(pointers: Pick<Outbox, "newest" | "witnessed" | "mirrored">, now: Millis): Outbox {
  const nothing = { offers: [], moved: now, strikes: 0, notBefore: millis(0) };
  return { ...pointers, ...nothing, stage: { is: "ask" }, live: pointers.newest };
}

/** First the commit, then live bundles, then the backlog, oldest first. */
export function nextToSend(box: Outbox, now: Millis): Step {
  const { stage, notBefore, newest, live, offers } = box;
  if (now < notBefore) return { do: "wait", until: notBefore };
  if (stage.is === "ask" || stage.is === "commit") return { do: stage.is };
  if (stage.is === "open" && newest > live) return { do: "bundle", lane: "live", from: live, below: newest };
  const gap = stage.is === "open" ? firstGap(box) : undefined;
  const fills = offers.filter(({ lane }) => lane === "fill").length;
  if (gap !== undefined && fills < sendRule.window) return { do: "bundle", lane: "fill", ...gap };
  const until = deadline(box);
  return until === undefined ? { do: "wait" } : { do: "wait", until };
}

/**
 * The first entries that the mirror neither holds nor was offered. Only what is witnessed is filled in: a tree of which the
 * service may have seen a larger one, and the receipt was lost, would look like a rollback.
 */
function firstGap({ mirrored, witnessed, offers }: Outbox): { from: number; below: number } | undefined {
  let from = mirrored;
  for (const offer of [...offers].sort((a, b) => a.from - b.from)) {
    if (offer.from > from) break;
    from = Math.max(from, offer.to);
  }
  const below = Math.min(witnessed, ...offers.filter((offer) => offer.from > from).map((offer) => offer.from));
  return from < below ? { from, below } : undefined;
}

/** When the wait for an answer has been long enough; for the mirror's, since the oldest offer or since it moved. */
function deadline({ stage, offers, moved }: Outbox): Millis | undefined {
  if (stage.is === "asked" || stage.is === "committed") return millis(stage.at + sendRule.answerWithin);
  if (offers.length === 0) return undefined;
  return millis(Math.max(moved, Math.min(...offers.map(({ at }) => at))) + sendRule.answerWithin);
}

export const sealed = (box: Outbox, newest: number): Outbox => ({ ...box, newest: Math.max(box.newest, newest) });

export const asked = (box: Outbox, at: Millis): Outbox => ({ ...box, stage: { is: "asked", at } });

export const committed = (box: Outbox, at: Millis): Outbox => ({
  ...box,
  stage: { is: "committed", at },
  live: box.newest,
});

export const offered = (box: Outbox, offer: Offer): Outbox => ({
  ...box,
  offers: [...box.offers, offer],
  live: offer.lane === "live" ? Math.max(box.live, offer.to) : box.live,
});

/** The other side has signed. What it holds needs no offer any more, and the waiting begins anew. */
export function acknowledged(
  box: Outbox,
  receipt: { readonly witnessed: number; readonly mirrored: number },
  now: Millis,
): Outbox {
  const witnessed = Math.max(box.witnessed, receipt.witnessed);
  const mirrored = Math.max(box.mirrored, receipt.mirrored);
  const progress = mirrored > box.mirrored || witnessed > box.witnessed;
  return {
    ...box,
    witnessed,
    mirrored,
    stage: box.stage.is === "committed" && witnessed >= box.live ? { is: "open" } : box.stage,
    offers: box.offers.filter(({ to }) => to > mirrored),
    moved: mirrored > box.mirrored ? now : box.moved,
    strikes: progress ? 0 : box.strikes,
  };
}

/** What the service says of itself, signed: it holds [0, have) without a gap, has witnessed `witnessed`, lacks `want`. */
export interface Stated {
  readonly have: number;
  readonly witnessed: number;
  readonly want: readonly (readonly [number, number])[];
}

/** It answered the question. Its receipts came before; where it has witnessed less than once, it is believed. */
export function answered(box: Outbox, { have, witnessed }: Stated): Outbox {
  const seen = Math.min(box.witnessed, witnessed);
  const back = { ...box, mirrored: Math.min(box.mirrored, have), witnessed: seen };
  const waiting = box.stage.is === "ask" || box.stage.is === "asked";
  if (!waiting && seen === box.witnessed) return back;
  const stage: Stage = { is: box.newest > seen ? "commit" : "open" };
  return { ...back, stage, live: box.newest, offers: [], notBefore: millis(0) };
}

/** It misses ranges: its word moves the cursor back, never forward, since only a cosignature settles anything. */
export function wanted(box: Outbox, { have, want }: Stated): Outbox {
  const missed = (offer: Offer): boolean => want.some(([from, to]) => offer.from < to && from < offer.to);
  return { ...box, mirrored: Math.min(box.mirrored, have), offers: box.offers.filter((offer) => !missed(offer)) };
}

/** A send failed, was refused, or had its time. After a pause the service is asked again, which repeats lost receipts. */
export function refused(box: Outbox, now: Millis, random: number): Outbox {
  // One pause at a time, however many answers come meanwhile.
  if (now < box.notBefore) return { ...box, stage: { is: "ask" }, offers: [] };
  const { first, longest, jitter } = sendRule.backOff;
  const pause = Math.min(first * 2 ** box.strikes, longest) * (1 - jitter + 2 * jitter * random);
  const strikes = Math.min(box.strikes + 1, 16);
  return { ...box, stage: { is: "ask" }, offers: [], strikes, notBefore: millis(now + pause) };
}

/** Gives up waiting for what had its time. */
export function expired(box: Outbox, now: Millis, random: number): Outbox {
  const until = deadline(box);
  return until !== undefined && now >= until ? refused(box, now, random) : box;
}
