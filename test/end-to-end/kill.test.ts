import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { readJournal } from "../../agent/keep/reader.ts";
import { parseBundle, parseCommit } from "../../feed/format/bundle.ts";
import { parseCheckpoint } from "../../feed/format/checkpoint.ts";
import { parseNote } from "../../feed/format/note.ts";
import { laneOf } from "../../feed/format/topics.ts";
import { openLink } from "../../feed/link.ts";
import { openReader } from "../../feed/receiver/readings.ts";
import { openLedger } from "../../feed/receiver/sqlite-ledger.ts";
import { randomFrom } from "../../simulator/random.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { needs } from "../support/system.ts";
import { until } from "../support/until.ts";
import { makePlant } from "./plant.ts";

const rounds = 50;
const seed = 20261001;

needs("mosquitto").describe("never a lost value", () => {
  test(`${rounds} times kill -9 at a random moment, and a broker that restarts: each entry arrives exactly once`, async () => {
    const random = randomFrom(seed);
    const broker = await startMosquitto();
    const plant = await makePlant({ brokerPort: broker.port, every: "100ms", seed: 5 });
    const roots = new Map<number, Set<string>>();
    const listener = openLink({ url: broker.url, clientId: "listener" });
    listener.listen({ topics: ["cems/v1/+/up/#"], onMessage: (topic, payload) => note(topic, payload, roots) });
    const receiver = plant.runReceiver();
    await receiver.line(/"msg":"receiving"/);

    const journalDir = join(plant.dir, "agent", "state", "journal");
    const committed = new Map<number, string>();
    let heads = 0;
    const look = (): void => {
      const journal = readJournal(journalDir);
      heads = journal.head().size;
      for (const { seq, hash } of journal.read(0, heads)) {
        const known = committed.get(seq) ?? hash.toString("hex");
        expect([seq, hash.toString("hex")]).toEqual([seq, known]);
        committed.set(seq, known);
      }
      expect(heads).toBe(committed.size);
      journal.close();
    };

    let collected = 0;
    for (let round = 1; round <= rounds; round++) {
      const agent = plant.runAgent();
      if (round % 3 !== 0) await agent.line(/"msg":"collecting"/, { within: 30_000 });
      const restarts = round % 7 === 0 ? broker.kill().then(() => broker.restart()) : undefined;
      await pause(random() * 900);
      expect(await agent.stop("SIGKILL")).toMatchObject({ signal: "SIGKILL" });
      await restarts;
      if (/"msg":"collecting"/.test(agent.stdout())) collected += 1;
      look();
    }
    expect(collected).toBeGreaterThan(rounds / 2);

    const last = plant.runAgent();
    await last.line(/"msg":"collecting"/, { within: 30_000 });
    const reader = openReader(join(plant.dir, "receiver", "ledger.db"), (origin) => origin);
    await until(() => (reader.sizes()[0]?.mirrored ?? 0) >= heads, {
      within: 90_000,
      what: "the backlog at the mirror",
    });
    expect(await last.stop()).toMatchObject({ code: 0 });
    look();
    expect(reader.summary().codes).not.toHaveProperty("CP_FORK");
    reader.close();
    await listener.close();
    expect(await receiver.stop()).toMatchObject({ code: 0 });

    const ledger = openLedger(join(plant.dir, "receiver", "ledger.db"));
    const origin = "dqs.example.cn/log/demo-plant-s1-g1/1";
    const held = await ledger.hashes(origin, 0, heads + 1);
    await ledger.close();
    expect([...held].map(([seq, hash]) => [seq, hash.toString("hex")])).toEqual([...committed]);
    expect(committed.size).toBeGreaterThan(rounds * 3);
    expect(roots.size).toBeGreaterThan(rounds / 2);
    expect([...roots].filter(([, seen]) => seen.size > 1)).toEqual([]);
  }, 300_000);
});

/** Every checkpoint that ever left the agent, by size. */
function note(topic: string, payload: Buffer, roots: Map<number, Set<string>>): void {
  const lane = laneOf(topic)?.lane;
  if (lane !== "cp" && lane !== "live" && lane !== "fill") return;
  const message = lane === "cp" ? parseCommit(payload) : parseBundle(payload);
  const read = message.ok ? parseNote(message.value.note) : message;
  const checkpoint = read.ok ? parseCheckpoint(read.value.text) : read;
  if (!checkpoint.ok) throw new Error(`${topic}: ${checkpoint.problem.detail}`);
  const { size, root } = checkpoint.value;
  roots.set(size, (roots.get(size) ?? new Set()).add(root.toString("hex")));
}
