import { parseBundle } from "../../feed/format/bundle.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Policy } from "../../feed/format/policy.ts";
import { topics } from "../../feed/format/topics.ts";
import { verifyBundle } from "../../feed/format/verify.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";
import type { Link } from "../../feed/link.ts";
import type { Shelf } from "./shelf.ts";
import { type Standing, standingOf } from "./standing.ts";
import { readStatement, type Statement } from "./statement.ts";
import { question } from "./status.ts";

export interface RecoverParts {
  readonly shelf: Shelf;
  readonly link: Link;
  readonly policy: Policy;
  readonly gateway: string;
}

/** What the service said before anything was appended here; `recovered` entries came back from it. */
export interface Recovery {
  readonly answered: boolean;
  readonly recovered: number;
}

/** The service sends a portion for one question; when nothing more has come for this long, the rest is asked for. */
const PORTION_OVER: Millis = millis(250);

const fork = (detail: string): Fault => new Fault("E_JOURNAL_FORK", detail);

/**
 * Asks the service for the newest tree it has cosigned, and fetches back the entries that were lost here. Without an
 * answer `within` a time the agent may go on: the question is asked again on every connection. Throws Fault
 * E_JOURNAL_FORK where the two histories contradict each other, or where entries that we signed are nowhere any more.
 */
export async function recoverTail(parts: RecoverParts, within: Millis, signal: AbortSignal): Promise<Recovery> {
  const { shelf, link, policy, gateway } = parts;
  const topic = topics(gateway);
  const begun = shelf.head().size;
  const standings = new Map<number, Standing>();
  let statement: Statement | undefined;
  let fetching = false;
  let asking = "";
  let unlisten = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  let next: NodeJS.Timeout | undefined;
  const ask = (): void => {
    const { nonce, payload } = question(shelf.head().size, fetching ? shelf.head().size : undefined);
    asking = nonce;
    void link.send(topic.status, payload, { retain: true, text: true }, signal);
  };
  const on: Record<string, (payload: Buffer) => void> = {
    [topic.ack]: (payload) => {
      const standing = standingOf(payload, policy, shelf);
      if (standing.ok) standings.set(standing.value.size, standing.value);
    },
    [topic.ctl]: (payload) => {
      const read = readStatement(payload, policy, shelf.origin);
      if (read.ok && read.value.code === "HEAD" && read.value.nonce === asking) statement = read.value;
    },
    [topic.back]: (payload) => {
      const bundle = parseBundle(payload);
      if (!fetching || !bundle.ok || bundle.value.from > shelf.head().size) return;
      // Anyone at the broker may send anything here: only what our own signature covers is looked at by the journal.
      const known = { origin: shelf.origin, logKeys: shelf.keys, witnessed: undefined };
      if (verifyBundle(bundle.value, known).ok) shelf.restore(bundle.value.entries, bundle.value.note);
    },
  };
  try {
    const answered = await new Promise<boolean>((resolve, reject) => {
      const outOfPatience = (): void => {
        if (fetching) reject(lost(statement, shelf.head().size));
        else resolve(false);
      };
      const onMessage = (from: string, payload: Buffer): void => {
        const before = shelf.head().size;
        on[from]?.(payload);
        const verdict = judge(standings, statement, shelf.head().size);
        if (verdict === "same") resolve(true);
        if (verdict === "fetch" && !fetching) {
          fetching = true;
          ask();
        }
        if (verdict === "fetch" && shelf.head().size > before) {
          clearTimeout(timer);
          clearTimeout(next);
          timer = setTimeout(outOfPatience, within);
          next = setTimeout(ask, PORTION_OVER);
        }
      };
      unlisten = link.listen({
        topics: [topic.ack, topic.ctl, topic.back],
        onUp: ask,
        onMessage: (from, payload) => {
          try {
            onMessage(from, payload);
          } catch (error) {
            reject(error);
          }
        },
      });
      signal.addEventListener("abort", () => resolve(false), { once: true });
      if (signal.aborted) resolve(false);
      timer = setTimeout(outOfPatience, within);
    });
    return { answered, recovered: shelf.head().size - begun };
  } finally {
    clearTimeout(timer);
    clearTimeout(next);
    unlisten();
  }
}

/**
 * What follows from the trees the service has cosigned, by size, and from its answer, for a journal of `size` entries. Only
 * the answer tells that no larger tree is to come; a receipt may have waited at the broker since yesterday.
 */
function judge(
  standings: ReadonlyMap<number, Standing>,
  statement: Statement | undefined,
  size: number,
): "wait" | "same" | "fetch" {
  for (const { is, size: at } of standings.values())
    if (is === "contradiction") throw fork(`the service has cosigned another tree of ${at}`);
  if (statement === undefined) return "wait";
  const { witnessed, have } = statement;
  if (witnessed <= size) return witnessed === 0 || standings.has(witnessed) ? "same" : "wait";
  // That we are behind counts only with our own signature under it.
  if (standings.get(witnessed)?.is !== "ahead") return "wait";
  if (have < witnessed) throw lost(statement, size);
  return "fetch";
}

const lost = (statement: Statement | undefined, size: number): Fault =>
  fork(
    `the service has witnessed ${statement?.witnessed} entries of ours and holds ${statement?.have}; here are ${size}`,
  );
