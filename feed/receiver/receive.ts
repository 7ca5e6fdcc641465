import { hash } from "node:crypto";
import { z } from "zod";
import { parseBundle, parseCommit } from "../format/bundle.ts";
import { parseCheckpoint } from "../format/checkpoint.ts";
import type { Finding } from "../format/faults.ts";
import { parseNote } from "../format/note.ts";
import { laneOf, topics } from "../format/topics.ts";
import type { Millis } from "../format/vocabulary.ts";
import { type Accepted, examineBundle, examineCommit } from "./examine.ts";
import type { Gateway } from "./gateway.ts";
import type { Judging } from "./judging.ts";
import type { Holding, Ledger } from "./ledger.ts";
import { frontiersOf, sendBack } from "./send-back.ts";
import { receipts, type ServiceKeys, type Statement, signStatement } from "./witness.ts";

export interface ReceiverParts {
  readonly ledger: Ledger;
  /** A gateway that began a new generation stands here more than once, the newest last. */
  readonly gateways: readonly Gateway[];
  readonly keys: ServiceKeys;
  /** Hands a message to the link; what does not arrive is asked for again. */
  send(topic: string, payload: Buffer): Promise<void>;
  now(): Millis;
  /** The checks of entries; left out: they are not made. */
  readonly judging?: Judging;
  /** Called for entries that stand and were remarked upon. */
  remarked?(gateway: string, finding: Finding): void;
  /** Called for each message that was refused, and for gateways nobody registered. */
  refused(gateway: string, finding: Finding): void;
  /** Called for each certificate of a registered gateway; it is answered when its month was made again. */
  certificate?(gateway: Gateway, payload: Buffer): void;
  /** Called when entries without a gap are more than the `before` that they were, after they are acknowledged. */
  mirrored?(gateway: Gateway, before: number): void;
}

type MessageLane = "cp" | "live" | "fill";

export interface Receiver {
  /** From the next message on these are the registered gateways. */
  register(gateways: readonly Gateway[]): void;
  /** One message at a time. Rejects only with a Fault of the ledger; what is wrong with a message is counted and answered. */
  receive(topic: string, payload: Buffer): Promise<void>;
}

/**
 * What the log signed is kept for ever under these. Only CP_FORK accuses by itself, with two signed notes of one size: a
 * replayed note is a rollback too, and an altered proof, which nobody signs, makes an honest tree look inconsistent.
 */
const suspect = ["CP_FORK", "CP_INCONSISTENT", "CP_ROLLBACK"];
/** Found in entries that the log signed over. */
const ofEntries = [
  "GENESIS_BAD",
  "LOG_ENDED",
  "KEY_POP",
  "ANCHOR_BAD",
  "TIME_BRACKET",
  "TIME_FUTURE",
  "MONO_BACKWARD",
  "CFG_UNLOGGED",
  "RAW_MISMATCH",
];
/** One gap is asked for again after this, not with every bundle behind it. */
const ASK_AGAIN = 5000;

export function openReceiver(parts: ReceiverParts): Receiver {
  const { ledger, keys, now } = parts;
  let registered = rowsById(parts.gateways);
  const frontierAt = frontiersOf(ledger);
  const asked = new Map<string, { readonly gap: string; readonly at: number }>();

  const state = (gateway: Gateway, holding: Holding, statement: Omit<Statement, "origin">): Promise<void> => {
    const note = signStatement({ ...statement, origin: gateway.log.name }, holding, keys, now());
    return parts.send(topics(gateway.id).ctl, note);
  };
  const refuse = async (gateway: Gateway, finding: Finding, lane: MessageLane, payload: Buffer): Promise<void> => {
    const { code, detail } = finding;
    // An entry is proven by the bundle as it came: proof, entries and the note over them.
    const proof = ofEntries.includes(code) ? payload : undefined;
    const note = suspect.includes(code) ? noteOf(lane, payload) : proof;
    await ledger.refuse({ time: now(), gateway: gateway.id, code, detail, note });
    parts.refused(gateway.id, finding);
    // What cannot even be read may be a genuine message played on another lane: an answer would be one to that message.
    if (code === "UNPROVEN" || code === "ENV_SYNTAX") return;
    const holding = await ledger.holding(gateway.log.name);
    if (code === "CP_CONFLICT") await acknowledge(parts, gateway, { ...holding, mirrored: undefined });
    await state(gateway, holding, { code, nonce: nonceOf(payload) });
  };
  const askForGap = async (gateway: Gateway, gap: readonly [number, number], payload: Buffer): Promise<void> => {
    const last = asked.get(gateway.log.name);
    if (last?.gap === String(gap) && now() - last.at < ASK_AGAIN) return;
    asked.set(gateway.log.name, { gap: String(gap), at: now() });
    const holding = await ledger.holding(gateway.log.name);
    await ledger.refuse({
      time: now(),
      gateway: gateway.id,
      code: "SEQ_GAP",
      detail: `${gap[0]} to ${gap[1]} missing`,
    });
    await state(gateway, holding, { code: "SEQ_GAP", nonce: nonceOf(payload), want: [gap] });
  };

  const take = async (gateway: Gateway, lane: MessageLane, payload: Buffer): Promise<void> => {
    const examine = lane === "cp" ? examineCommit : examineBundle;
    for (;;) {
      const examined = await examine(payload, gateway, { ledger, judging: parts.judging, now: now() });
      if (!examined.ok) return refuse(gateway, examined.problem, lane, payload);
      // Another receiver on the same ledger may have been faster: then the message is looked at again.
      if (!(await kept(gateway, examined.value))) continue;
      const { gap, duplicate, change } = examined.value;
      for (const remark of change.checked?.remarks ?? []) parts.remarked?.(gateway.id, remark);
      const holding = await ledger.holding(gateway.log.name);
      const moved = (holding.mirrored?.size ?? 0) > change.seen.mirrored;
      // A live bundle runs ahead of a backlog that is on its way: nothing is asked for.
      if (gap && lane === "fill") await askForGap(gateway, gap, payload);
      const whole = holding.mirrored?.size === holding.witnessed?.size;
      await acknowledge(parts, gateway, {
        witnessed: whole || change.tree.size === holding.witnessed?.size ? holding.witnessed : undefined,
        mirrored: whole || moved || (duplicate && lane === "fill") ? holding.mirrored : undefined,
      });
      if (moved) parts.mirrored?.(gateway, change.seen.mirrored);
      return;
    }
  };
  const kept = async (gateway: Gateway, { change, duplicate }: Accepted): Promise<boolean> => {
    if (!duplicate) return ledger.keep(gateway.log.name, change);
    await ledger.refuse({ time: now(), gateway: gateway.id, code: "DUPLICATE", detail: `tree of ${change.tree.size}` });
    return true;
  };

  const answer = async (gateway: Gateway, payload: Buffer): Promise<void> => {
    const status = readStatus(payload);
    if (status?.state !== "online" || status.nonce === undefined) return;
    const holding = await ledger.holding(gateway.log.name);
    // The statement comes last: who waits for it has the receipts by then.
    await acknowledge(parts, gateway, holding);
    await state(gateway, holding, { code: "HEAD", nonce: status.nonce });
    if (status.want === undefined) return;
    const back = (bundle: Buffer): Promise<void> => parts.send(topics(gateway.id).back, bundle);
    await sendBack(ledger, frontierAt, gateway.log.name, status.want, back);
  };

  return {
    register: (gateways) => {
      registered = rowsById(gateways);
    },
    receive: async (topic, payload) => {
      const at = laneOf(topic);
      if (at === undefined) return;
      const rows = registered.get(at.gateway) ?? [];
      const newest = rows.at(-1);
      if (newest === undefined) {
        const finding: Finding = { code: "CP_ORIGIN", detail: `no gateway ${at.gateway} is registered` };
        await ledger.refuse({ time: now(), gateway: at.gateway, ...finding });
        parts.refused(at.gateway, finding);
      } else if (at.lane === "cp" || at.lane === "live" || at.lane === "fill")
        await take(rows.length > 1 ? rowOf(rows, newest, at.lane, payload) : newest, at.lane, payload);
      else if (at.lane === "cert") parts.certificate?.(certificateRow(rows, newest, payload), payload);
      // A status names no log: it is taken for the one that is written now.
      else if (at.lane === "status") await answer(newest, payload);
    },
  };
}

/** Sends receipts for what is durably kept, and for nothing else. */
export async function acknowledge(
  { keys, now, send }: ReceiverParts,
  { id }: Gateway,
  holding: Pick<Holding, "witnessed" | "mirrored">,
): Promise<void> {
  for (const receipt of receipts(holding, keys, now())) await send(topics(id).ack, receipt);
}

/** What ties an answer to a message, whatever the transport says: the first 16 bytes of its SHA-256, as hex. */
export const nonceOf = (payload: Buffer): string => hash("sha256", payload, "hex").slice(0, 32);

function rowsById(gateways: readonly Gateway[]): ReadonlyMap<string, readonly Gateway[]> {
  const rows = new Map<string, Gateway[]>();
  for (const gateway of gateways) rows.set(gateway.id, [...(rows.get(gateway.id) ?? []), gateway]);
  return rows;
}

/** The generation whose log the message says it is of; what is of none is the newest one's to refuse. */
function rowOf(rows: readonly Gateway[], newest: Gateway, lane: MessageLane, payload: Buffer): Gateway {
  const message = lane === "cp" ? parseCommit(payload) : parseBundle(payload);
  const note = message.ok ? parseNote(message.value.note) : message;
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note;
  return (checkpoint.ok && rows.find(({ log }) => log.name === checkpoint.value.origin)) || newest;
}

/** A certificate names its log in its second line; of no registered one it is the newest one's to refuse. */
const certificateRow = (rows: readonly Gateway[], newest: Gateway, payload: Buffer): Gateway =>
  rows.find(({ log }) => payload.includes(`"origin":${JSON.stringify(log.name)},`)) ?? newest;

/** What the log signed; the message was read before, so its form is right. */
function noteOf(lane: MessageLane, payload: Buffer): Buffer {
  const message = lane === "cp" ? parseCommit(payload) : parseBundle(payload);
  return message.ok ? message.value.note : payload;
}

const statusSchema = z.object({
  state: z.enum(["online", "offline"]),
  nonce: z
    .string()
    .regex(/^[0-9a-f]{1,64}$/)
    .optional(),
  want: z.int().min(0).optional(),
});

/** Unsigned and never evidence: it can make the service say what it holds, to the gateway whose data it is. */
function readStatus(payload: Buffer): z.infer<typeof statusSchema> | undefined {
  if (payload.length > 4096) return undefined;
  try {
    return statusSchema.safeParse(JSON.parse(payload.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
