import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../drivers/clock.ts";
import { Fault, type Finding } from "../../feed/format/faults.ts";
import type { Policy } from "../../feed/format/policy.ts";
import { topics } from "../../feed/format/topics.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";
import type { Link, SendOptions, SendResult } from "../../feed/link.ts";
import { type Ack, readAck } from "./acks.ts";
import { bell } from "./bell.ts";
import * as outbox from "./outbox.ts";
import { packBundle, packCommit } from "./pack.ts";
import type { Shelf } from "./shelf.ts";
import { standingOf } from "./standing.ts";
import { readStatement, type Statement } from "./statement.ts";
import { question } from "./status.ts";

export interface SendingParts {
  readonly shelf: Shelf;
  readonly link: Link;
  readonly policy: Policy;
  readonly gateway: string;
  readonly clock: Clock;
  readonly random?: () => number;
  /** A receipt was stored. */
  readonly onAck?: (ack: Ack) => void;
  /** The service refused what was sent, or asks for it again. */
  readonly onNack?: (statement: Statement) => void;
  /** A wait for an answer has had its time. */
  readonly onUnanswered?: () => void;
  /** What became of a message. */
  readonly onSent?: (topic: string, result: SendResult) => void;
  /** A message that does not count, and why. */
  readonly onRefused?: (finding: Finding) => void;
  /** E_JOURNAL_FORK: the service holds a history that ours contradicts. Nothing may be signed any more. */
  readonly onFork: (fault: Fault) => void;
}

export interface SendingCounts {
  readonly bundles: number;
  /** Entries below this size have been in a delivered bundle. */
  readonly published: number;
  readonly acks: number;
  readonly nacks: number;
}

export interface Sending {
  /** There is a new checkpoint. */
  wake(): void;
  counts(): SendingCounts;
  /** Resolves when the mirror holds everything that is sealed, or when `signal` aborts; tells which. */
  drained(signal: AbortSignal): Promise<boolean>;
  /** Ends when the signal aborts; rejects with a Fault of the journal. */
  readonly running: Promise<void>;
}

const BUNDLE = "application/vnd.cems.bundle.v1";
/** Messages whose answer still counts; an answer to anything else is an old one played again. */
const REMEMBERED = 64;

/** Offers what the journal holds, on every connection anew, until `signal` aborts. Start-up is its first turn. */
export function startSending(parts: SendingParts, signal: AbortSignal): Sending {
  const { shelf, link, policy, gateway, clock, random = Math.random } = parts;
  const topic = topics(gateway);
  const turn = bell(clock);
  const lastTimes = new Map<string, number>();
  const sent: string[] = [];
  const onDrained = new Set<() => void>();
  const counts = { bundles: 0, published: shelf.mirrored(), acks: 0, nacks: 0 };
  let box: outbox.Outbox | undefined;
  let asking = "";
  let connection = 0;
  for (const { name, time } of shelf.cosignatures(shelf.witnessed())) lastTimes.set(name, time);

  const now = (): Millis => clock.now().mono;
  const newest = (): number => shelf.latestCheckpoint()?.size ?? 0;
  const isDrained = (): boolean => shelf.mirrored() >= newest();
  const update = (next: (box: outbox.Outbox) => outbox.Outbox): void => {
    box &&= next(box);
    turn.ring();
  };
  const giveUp = (): void => update((one) => outbox.refused(one, now(), random()));

  const deliver = (to: string, payload: Buffer, options: SendOptions, delivered: () => void = () => {}): void => {
    const of = connection;
    const correlation = createHash("sha256").update(payload).digest().subarray(0, 16);
    sent.push(correlation.toString("hex"));
    if (sent.length > REMEMBERED) sent.shift();
    void link.send(to, payload, { ...options, responseTopic: topic.ack, correlation }, signal).then((result) => {
      parts.onSent?.(to, result);
      if (result.delivered) delivered();
      else if (of === connection) giveUp();
    });
  };

  const received = (payload: Buffer): void => {
    const ack = readAck(payload, policy, shelf, lastTimes);
    if (!ack.ok) {
      examine(payload, ack.problem);
      return;
    }
    const { size, lines, witnessed, mirrored } = ack.value;
    const stored = new Set(shelf.cosignatures(size).map(({ name }) => name));
    if (lines.some(({ name }) => !stored.has(name)))
      shelf.cosign(size, lines, { ...(witnessed && { witnessed: size }), ...(mirrored && { mirrored: size }) });
    for (const { name, time } of lines) lastTimes.set(name, time);
    counts.acks += 1;
    const receipt = { witnessed: witnessed ? size : 0, mirrored: mirrored ? size : 0 };
    update((one) => outbox.acknowledged(one, receipt, now()));
    parts.onAck?.(ack.value);
    if (isDrained()) for (const tell of [...onDrained]) tell();
  };
  /** A note that is no receipt may still show that our history and the service's have parted. */
  const examine = (payload: Buffer, problem: Finding): void => {
    parts.onRefused?.(problem);
    const standing = standingOf(payload, policy, shelf);
    if (!standing.ok || standing.value.is === "part") return;
    const { is, size } = standing.value;
    const how = is === "ahead" ? `${shelf.head().size} entries are here` : "another tree is here";
    parts.onFork(new Fault("E_JOURNAL_FORK", `the service has cosigned a tree of ${size} of ours, but ${how}`));
  };
  const stated = (payload: Buffer): void => {
    const read = readStatement(payload, policy, shelf.origin);
    if (!read.ok) {
      parts.onRefused?.(read.problem);
      return;
    }
    const statement = read.value;
    if (statement.code === "HEAD") {
      if (statement.nonce === asking) update((one) => outbox.answered(one, statement));
    } else if (takeOut(sent, statement.nonce)) {
      counts.nacks += 1;
      parts.onNack?.(statement);
      if (statement.code === "SEQ_GAP") update((one) => outbox.wanted(one, statement));
      else giveUp();
    }
  };

  /** A fault of the journal ends the sending; the link's own loop must not see it. */
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };
  let fail = (_error: unknown): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const unlisten = link.listen({
    topics: [topic.ack, topic.ctl],
    onUp: () =>
      guarded(() => {
        connection += 1;
        const pointers = { newest: newest(), witnessed: shelf.witnessed(), mirrored: shelf.mirrored() };
        box = outbox.connected(pointers, now());
        turn.ring();
      }),
    onDown: () => {
      box = undefined;
    },
    onMessage: (from, payload) => guarded(() => (from === topic.ack ? received(payload) : stated(payload))),
  });

  const act = (step: Exclude<outbox.Step, { do: "wait" }>, one: outbox.Outbox): outbox.Outbox => {
    const at = now();
    if (step.do === "ask") {
      const { nonce, payload } = question(shelf.head().size);
      asking = nonce;
      deliver(topic.status, payload, { retain: true, text: true, contentType: "application/json" });
      return outbox.asked(one, at);
    }
    if (step.do === "commit") {
      const checkpoint = shelf.latestCheckpoint();
      if (checkpoint)
        deliver(topic.cp, packCommit(shelf, checkpoint, one.witnessed), { expirySeconds: 3600, text: true });
      return outbox.committed(one, at);
    }
    const { lane, from, below } = step;
    const packed = packBundle(shelf, from, below, one.witnessed);
    if (packed === undefined) return outbox.refused(one, at, random());
    const { payload, gzip, to } = packed;
    const hints = gzip ? { contentType: `${BUNDLE}+gzip` } : { contentType: BUNDLE, text: true };
    deliver(topic[lane], payload, lane === "live" ? { ...hints, expirySeconds: 120 } : hints, () => {
      counts.bundles += 1;
      counts.published = Math.max(counts.published, to);
    });
    return outbox.offered(one, { lane, from, to, at });
  };
  /** One decision; when to look again if nothing happens before, undefined for "only when something happens". */
  const step = (): Millis | undefined => {
    if (box === undefined) return undefined;
    const waiting = outbox.sealed(box, newest());
    box = outbox.expired(waiting, now(), random());
    if (box !== waiting) parts.onUnanswered?.();
    const next = outbox.nextToSend(box, now());
    if (next.do === "wait") return next.until;
    box = act(next, box);
    return millis(0);
  };

  signal.addEventListener("abort", turn.ring, { once: true });
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const next = step();
      if (next === 0)
        await setImmediate(); // polls come first
      else await turn.wait(next);
    }
  };
  return {
    wake: turn.ring,
    counts: () => ({ ...counts }),
    drained: (given) =>
      new Promise((resolve) => {
        const tell = (): void => {
          onDrained.delete(tell);
          given.removeEventListener("abort", tell); // the journal may be closed by then
          resolve(isDrained());
        };
        onDrained.add(tell);
        given.addEventListener("abort", tell, { once: true });
        if (isDrained() || given.aborted) tell();
      }),
    running: Promise.race([run(), failed]).finally(unlisten),
  };
}

/** Each message is answered once: whoever plays an answer again moves nothing. */
function takeOut(sent: string[], nonce: string): boolean {
  const at = sent.indexOf(nonce);
  if (at >= 0) sent.splice(at, 1);
  return at >= 0;
}
