import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished } from "vitest";
import type { OpenJournal } from "../../agent/keep/open-journal.ts";
import { seal } from "../../agent/keep/seal.ts";
import { type Sending, startSending } from "../../agent/send/publisher.ts";
import { systemClock } from "../../drivers/clock.ts";
import { type Policy, parsePolicy } from "../../feed/format/policy.ts";
import { initReceiver } from "../../feed/receiver/init.ts";
import { runReceiver } from "../../feed/receiver/run.ts";
import { loadSettings } from "../../feed/receiver/settings.ts";
import { openLedger } from "../../feed/receiver/sqlite-ledger.ts";
import { events, makeJournal } from "../agent/keep/kit.ts";
import { quick, watchedLink } from "../feed/link/support.ts";
import { tempDir } from "../support/temporary.ts";

export const gateway = "g1";

export interface Service {
  readonly policy: Policy;
  readonly ledger: string;
  start(): { stop(): Promise<void> };
}

/** A receiver as `init` makes it, told of one broker and one log. */
export function service(url: string, log: string): Service {
  const dir = join(tempDir(), "receiver");
  initReceiver(dir, "test.example.cn");
  const file = join(dir, "receiver.yaml");
  const text = readFileSync(file, "utf8")
    .replace(/url: .*/, `url: ${url}`)
    .replace(/gateways: .*/, `gateways: [{ id: ${gateway}, log: ${log} }]`);
  writeFileSync(file, text);
  const policy = parsePolicy(readFileSync(join(dir, "policy.txt"), "utf8"));
  if (!policy.ok) throw new Error(policy.problem.detail);
  const loaded = loadSettings(file);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problem));
  const settings = loaded.value;
  const start = () => {
    const end = new AbortController();
    const broker = { ...settings.broker, ...quick };
    const running = runReceiver({ ...settings, broker }, end.signal, pino({ level: "silent" }));
    const stop = async (): Promise<void> => {
      end.abort();
      await running;
    };
    onTestFinished(stop);
    return { stop };
  };
  return { policy: policy.value, ledger: settings.ledger, start };
}

/** The agent's sending side on a link of its own. */
export function sender(journal: OpenJournal, policy: Policy, url: string): Sending {
  const { link } = watchedLink({ url, clientId: gateway });
  const stop = new AbortController();
  const onFork = (fault: Error): never => {
    throw fault;
  };
  const sending = startSending({ shelf: journal, link, policy, gateway, clock: systemClock, onFork }, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await sending.running;
  });
  return sending;
}

export function backlog(entries: number): ReturnType<typeof makeJournal> {
  const made = makeJournal();
  onTestFinished(() => made.journal.close());
  for (let from = 0; from < entries; from += 64) {
    made.journal.append(...events(64, from));
    seal(made.journal, made.signer);
  }
  return made;
}

export async function expectSame(journal: OpenJournal, path: string): Promise<void> {
  const ledger = openLedger(path);
  const held = await ledger.entries(journal.origin, 0, 1e6);
  const { entries, codes } = await ledger.summary();
  await ledger.close();
  expect(held).toEqual(journal.read(0, 1e6).map(({ bytes }) => bytes));
  expect(entries).toBe(journal.head().size);
  // A backlog is old when it comes.
  const usual = ["DUPLICATE", "SEQ_GAP", "CP_CONFLICT", "LATE_ANCHOR"];
  expect(Object.keys(codes).filter((code) => !usual.includes(code))).toEqual([]);
}
