import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { openJournal } from "../../../agent/keep/open.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { type Sending, type SendingParts, startSending } from "../../../agent/send/publisher.ts";
import type { Signer } from "../../../feed/format/note.ts";
import type { Policy } from "../../../feed/format/policy.ts";
import { type Lane, laneOf } from "../../../feed/format/topics.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { failed } from "../../../feed/link/send.ts";
import type { Link, LinkListener } from "../../../feed/link.ts";
import { policyOf } from "../../../feed/receiver/keys.ts";
import type { Ledger } from "../../../feed/receiver/ledger.ts";
import { openReceiver } from "../../../feed/receiver/receive.ts";
import { createLedger, openLedger } from "../../../feed/receiver/sqlite-ledger.ts";
import { rowOf, testKeys } from "../../feed/receiver/service.ts";
import { type FakeClock, fakeClock } from "../../support/clock.ts";
import { tempDir } from "../../support/temporary.ts";
import { event, makeJournal } from "../keep/kit.ts";

/** A message on its way. The wire may lose it, or hand it over twice. */
export interface Passing {
  readonly lane: Lane;
  readonly payload: Buffer;
}

/** A real journal, a real receiver and its ledger, and between them a wire and a clock in the hand of the test. */
export interface Plant {
  journal: OpenJournal;
  readonly dir: string;
  readonly signer: Signer;
  readonly policy: Policy;
  readonly clock: FakeClock;
  readonly link: Link;
  readonly ledger: Ledger;
  /** Lanes of all that passed, in order. */
  readonly passed: Lane[];
  readonly refused: string[];
  /** How many copies of a message arrive: 1 unless the test says otherwise. */
  copies: (message: Passing) => number;
  /** The service hears nothing and says nothing. */
  serviceUp: boolean;
  up(): Promise<void>;
  down(): Promise<void>;
  /** Appends and seals. */
  grow(entries: number): void;
  start(parts?: Partial<SendingParts>): Sending & { stop(): Promise<void> };
  /** Until nothing moves any more without time passing. */
  settle(): Promise<void>;
  /** A message from whoever sits on the wire. */
  inject(lane: Lane, payload: Buffer): Promise<void>;
}

export const gateway = "g1";
export const topicOf = (lane: Lane): string =>
  ({
    cp: "up/cp",
    live: "up/live",
    fill: "up/fill",
    cert: "up/cert",
    receipt: "dn/cert",
    status: "up/status",
    ack: "dn/ack",
    ctl: "dn/ctl",
    back: "dn/fill",
  })[lane].replace(/^/, `cems/v1/${gateway}/`);

export function makePlant(): Plant {
  const { journal, dir, signer } = makeJournal();
  const keys = testKeys();
  const path = join(tempDir(), "ledger.db");
  createLedger(path);
  const ledger = openLedger(path);
  const clock = fakeClock("2026-10-01T00:10:00.000Z"); // after the journal's first entries
  const listeners = new Set<LinkListener>();
  let linked = false;
  let moves = 0;
  const deliver = (topic: string, payload: Buffer): void => {
    moves += 1;
    for (const listener of [...listeners]) if (listener.topics.includes(topic)) listener.onMessage?.(topic, payload);
  };
  let queue = Promise.resolve();
  const link: Link = {
    send: async (topic, payload) => {
      moves += 1;
      if (!linked) return failed("E_LINK_DOWN", "no connection");
      const lane = laneOf(topic)?.lane as Lane;
      plant.passed.push(lane);
      for (let n = plant.copies({ lane, payload }); n > 0 && plant.serviceUp; n--)
        queue = queue.then(() => receiver.receive(topic, payload));
      return { delivered: true, heard: true };
    },
    listen: (listener) => {
      listeners.add(listener);
      if (linked) listener.onUp?.(5);
      return () => listeners.delete(listener);
    },
    state: () => ({
      version: linked ? 5 : undefined,
      connections: 1,
      delivered: 0,
      unheard: 0,
      oversize: 0,
      failures: {},
    }),
    close: async () => {},
  };
  const plant: Plant = {
    journal,
    dir,
    signer,
    policy: policyOf(keys),
    clock,
    link,
    ledger,
    passed: [],
    refused: [],
    copies: () => 1,
    serviceUp: true,
    up: async () => {
      linked = true;
      for (const listener of [...listeners]) listener.onUp?.(5);
      await plant.settle();
    },
    down: async () => {
      linked = false;
      for (const listener of [...listeners]) listener.onDown?.({ code: "E_LINK_LOST", detail: "cut" }, true);
      await plant.settle();
    },
    grow: (entries) => {
      plant.journal.append(...Array.from({ length: entries }, (_, i) => event(i)));
      seal(plant.journal, signer);
    },
    start: (parts = {}) => {
      const stop = new AbortController();
      const onFork = (fault: Error): never => {
        throw fault;
      };
      const all = {
        shelf: plant.journal,
        link,
        policy: plant.policy,
        gateway,
        clock,
        random: () => 0.5,
        onFork,
        ...parts,
      };
      const sending = startSending(all, stop.signal);
      const ended = async (): Promise<void> => {
        stop.abort();
        await sending.running;
      };
      onTestFinished(ended);
      return { ...sending, stop: ended };
    },
    settle: async () => {
      for (let still = 0, last = -1; still < 20; still++) {
        await setImmediate();
        await queue;
        if (moves !== last) still = 0;
        last = moves;
      }
    },
    inject: async (lane, payload) => {
      deliver(topicOf(lane), payload);
      await plant.settle();
    },
  };
  const receiver = openReceiver({
    ledger,
    keys,
    gateways: [rowOf(gateway, signer.vkey)],
    now: () => millis(clock.now().wall),
    send: async (topic, payload) => {
      const lane = laneOf(topic)?.lane as Lane;
      plant.passed.push(lane);
      for (let n = plant.copies({ lane, payload }); n > 0 && linked; n--) deliver(topic, payload);
    },
    refused: (_, { code }) => plant.refused.push(code),
  });
  onTestFinished(async () => {
    await ledger.close();
    plant.journal.close();
  });
  return plant;
}

export const reopen = (plant: Plant): void => {
  plant.journal.close();
  plant.journal = openJournal(plant.dir);
};

/** What the ledger holds is what the journal holds, once each and without a gap. */
export async function heldBytes(plant: Plant): Promise<{ readonly ours: string[]; readonly theirs: string[] }> {
  const ours = plant.journal.read(0, 1e6).map(({ bytes }) => bytes.toString("utf8"));
  const theirs = (await plant.ledger.entries(plant.journal.origin, 0, 1e6)).map((bytes) => bytes.toString("utf8"));
  return { ours, theirs };
}
