import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Nack, openNack } from "../../../feed/format/control.ts";
import { type KeyEpoch, unbounded } from "../../../feed/format/epoch.ts";
import { newKeyPem, type OpenNote, openNote, parseNote, signerFromPem, type Vkey } from "../../../feed/format/note.ts";
import { type Lane, laneOf, topics } from "../../../feed/format/topics.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import type { Gateway } from "../../../feed/receiver/gateway.ts";
import type { Judging } from "../../../feed/receiver/judging.ts";
import type { Ledger } from "../../../feed/receiver/ledger.ts";
import { openReceiver, type ReceiverParts } from "../../../feed/receiver/receive.ts";
import { createLedger, openLedger } from "../../../feed/receiver/sqlite-ledger.ts";
import type { ServiceKeys } from "../../../feed/receiver/witness.ts";
import { tempDir } from "../../support/temporary.ts";
import type { TestLog } from "./log.ts";

/** The row of a log whose one key has no bounds. */
export const rowOf = (id: string, vkey: Vkey): Gateway => ({ id, log: { name: vkey.name, keys: [unbounded(vkey)] } });

/** A receiver with its ledger and no broker: what is handed to it, and what it says. */
export interface TestService {
  readonly ledger: Ledger;
  readonly path: string;
  readonly keys: ServiceKeys;
  /** Codes of refused messages, in order. */
  readonly refused: string[];
  /** Unix milliseconds. */
  time: number;
  /** What is told when there are more entries without a gap. */
  mirrored: ReceiverParts["mirrored"];
  /** Another register from the next message on. */
  register(gateways: readonly Gateway[]): void;
  /** Hands over one message and returns what it was answered with. */
  take(lane: Lane, payload: Buffer, gateway?: string): Promise<Answer>;
}

export interface Answer {
  /** "W1 64", "M1 64", "W1 M1 64": whose cosignatures, and of which size. */
  readonly receipts: readonly string[];
  readonly nacks: readonly Nack[];
  readonly back: readonly Buffer[];
}

export const testKeys = (): ServiceKeys => ({
  witness: signerFromPem("w1.test.example.cn", 4, newKeyPem()),
  mirror: signerFromPem("m1.test.example.cn", 4, newKeyPem()),
  control: signerFromPem("ctl.test.example.cn", 1, newKeyPem()),
});

export function testService(
  log: TestLog,
  gateway: Partial<Omit<KeyEpoch, "vkey">> & { readonly id?: string; readonly genesis?: Buffer } = {},
  others: readonly Gateway[] = [],
  { keys = testKeys(), judging }: { readonly keys?: ServiceKeys; readonly judging?: (ledger: Ledger) => Judging } = {},
): TestService {
  const path = join(tempDir(), "ledger.db");
  createLedger(path);
  const ledger = openLedger(path);
  onTestFinished(() => ledger.close());
  const { id = "g1", genesis, ...epoch } = gateway;
  const own = { name: log.signer.vkey.name, keys: [{ ...unbounded(log.signer.vkey), ...epoch }] };
  let all: readonly Gateway[] = [{ id, log: { ...own, ...(genesis && { genesis }) } }, ...others];
  let said: { topic: string; payload: Buffer }[] = [];
  const service: TestService = {
    ledger,
    path,
    keys,
    refused: [],
    time: Date.UTC(2026, 0, 2),
    mirrored: undefined,
    register: (gateways) => {
      all = gateways;
      receiver.register(gateways);
    },
    take: async (lane, payload, from = "g1") => {
      said = [];
      await receiver.receive(topics(from)[lane], payload);
      const of = (wanted: Lane): Buffer[] =>
        said.filter(({ topic }) => laneOf(topic)?.lane === wanted).map((message) => message.payload);
      return {
        receipts: of("ack").map((note) => receiptOf(note, all, keys)),
        nacks: of("ctl").map((note) => nackOf(note, keys)),
        back: of("back"),
      };
    },
  };
  const receiver = openReceiver({
    ledger,
    keys,
    gateways: all,
    ...(judging && { judging: judging(ledger) }),
    now: () => millis(service.time),
    send: async (topic, payload) => void said.push({ topic, payload }),
    refused: (_, { code }) => service.refused.push(code),
    mirrored: (gateway, before) => service.mirrored?.(gateway, before),
  });
  return service;
}

function receiptOf(raw: Buffer, gateways: readonly Gateway[], { witness, mirror }: ServiceKeys): string {
  const keys = [...gateways.flatMap(({ log }) => log.keys.map(({ vkey }) => vkey)), witness.vkey, mirror.vkey];
  const open = openNote(raw, keys);
  if (!open.ok) throw new Error(`a receipt that does not verify: ${open.problem.detail}`);
  const label = (name: string): string => (name.startsWith("w1.") ? "W1" : "M1");
  return `${open.value.cosignatures.map(({ vkey }) => label(vkey.name)).join(" ")} ${sizeOf(open.value)}`;
}

const sizeOf = ({ text }: OpenNote): string => text.split("\n")[1] ?? "";

function nackOf(raw: Buffer, { control }: ServiceKeys): Nack {
  const nack = openNack(raw, control.vkey);
  if (!nack.ok) throw new Error(`a nack that does not verify: ${nack.problem.detail} ${parseNote(raw).ok}`);
  return nack.value;
}
