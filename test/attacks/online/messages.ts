/** Attacks on what is on its way: real brokers, real programs. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JournalReader } from "../../../agent/keep/open-journal.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { newKeyPem, signerFromPem } from "../../../feed/format/note.ts";
import { topics } from "../../../feed/format/topics.ts";
import { openReader } from "../../../feed/receiver/readings.ts";
import { openLedger } from "../../../feed/receiver/sqlite-ledger.ts";
import { makePlant } from "../../end-to-end/plant.ts";
import { watchedLink } from "../../feed/link/support.ts";
import { testLog } from "../../feed/receiver/log.ts";
import { rowOf, testService } from "../../feed/receiver/service.ts";
import { certificateAuthority } from "../../support/certificates.ts";
import { startMosquitto } from "../../support/mosquitto.ts";
import { tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";
import type { Performs } from "../attack.ts";
import { AttackedPlant } from "../time-plant.ts";
import { type Fate, hostileBroker } from "./hostile-broker.ts";
import { realService } from "./service.ts";

/** An honest log of 21 entries. */
function honest(): AttackedPlant {
  const plant = new AttackedPlant();
  plant.begin();
  plant.run(18);
  return plant;
}

const gateway = "demo-plant-s1-g1";

/**
 * A plant with its real agent, whose service hears only what a hostile broker lets through: every code that was reported,
 * and LOST where in the end the service does not hold each entry once, byte for byte.
 */
async function behind(hostile: (count: number) => Fate, messages: number): Promise<readonly string[]> {
  const broker = await startMosquitto();
  const plant = await makePlant({ brokerPort: broker.port, every: "100ms", seed: 8 });
  let heard = 0;
  const fate = (topic: string): Fate =>
    /\/up\/(cp|live|fill)$/.test(topic) && heard < messages ? hostile(++heard) : "pass";
  const between = await hostileBroker(broker.port, fate);
  writeFileSync(plant.receiver, readFileSync(plant.receiver, "utf8").replace(broker.url, between));
  const receiver = plant.runReceiver();
  await receiver.line(/"msg":"receiving"/);
  const agent = plant.runAgent();
  await until(() => heard >= messages, { within: 60_000, what: `${messages} messages` });
  const path = join(plant.dir, "agent", "state", "journal");
  const size = looking(path, (journal) => journal.head().size);
  const ledger = openReader(join(plant.dir, "receiver", "ledger.db"), (origin) => origin);
  await until(() => (ledger.sizes()[0]?.mirrored ?? 0) >= size, { within: 60_000, what: "all at the mirror" });
  await agent.stop();
  await receiver.stop();
  const { codes, entries } = ledger.summary();
  ledger.close();
  const kept = looking(path, (journal) =>
    journal.read(0, entries).map(({ seq, hash }) => `${seq} ${hash.toString("hex")}`),
  );
  const held = await hashesIn(join(plant.dir, "receiver", "ledger.db"), entries);
  const whole = kept.length >= size && held.join() === kept.join() ? [] : ["LOST"];
  return [...new Set([...Object.keys(codes), ...whole])];
}

function looking<T>(path: string, look: (journal: JournalReader) => T): T {
  const journal = readJournal(path);
  try {
    return look(journal);
  } finally {
    journal.close();
  }
}

async function hashesIn(path: string, count: number): Promise<string[]> {
  const ledger = openLedger(path);
  const hashes = await ledger.hashes(`dqs.example.cn/log/${gateway}/1`, 0, count + 1);
  await ledger.close();
  return [...hashes].map(([seq, hash]) => `${seq} ${hash.toString("hex")}`);
}

const without = (codes: readonly string[], lost: string): readonly string[] => (codes.includes(lost) ? [] : codes);

/** Sends 20 entries, and then what somebody kept of an earlier time; nothing that the service holds may change by that. */
async function replayed(
  first: (plant: AttackedPlant) => readonly Buffer[],
  again: (plant: AttackedPlant) => readonly ["cp" | "live", Buffer],
  code: string,
): Promise<readonly string[]> {
  const plant = honest();
  const broker = await startMosquitto();
  const service = await realService(broker.url, { g1: plant.log.signer.vkey });
  for (const bundle of first(plant)) await service.publish("live", bundle);
  await service.mirrored(20);
  const before = JSON.stringify(service.state());
  await service.publish(...again(plant));
  await service.seen(code);
  const codes = JSON.stringify(service.state()) === before ? service.codes() : [];
  await service.close();
  return codes;
}

export const messageAttacks: Performs = {
  T33: () =>
    replayed(
      ({ log }) => [log.bundle(0, 5), log.bundle(5, 20)],
      ({ log }) => ["cp", log.commit(5, 10)],
      "CP_ROLLBACK",
    ),
  T34: () =>
    replayed(
      ({ log }) => [log.bundle(0, 20)],
      ({ log }) => ["live", log.bundle(0, 20)],
      "DUPLICATE",
    ),
  T35: async () => {
    const { log } = honest();
    const broker = await startMosquitto();
    let count = 0;
    const between = await hostileBroker(broker.port, (topic) =>
      topic.endsWith("/fill") && ++count === 2 ? "drop" : "pass",
    );
    const service = await realService(between, { g1: log.signer.vkey });
    const nacks = service.nacks("g1");
    await service.publish("fill", log.bundle(0, 5));
    await service.publish("fill", log.bundle(5, 10));
    await service.publish("fill", log.bundle(10, 15, { old: 5 }));
    await until(() => nacks.includes("SEQ_GAP"), { what: "SEQ_GAP" });
    await service.publish("fill", log.bundle(5, 10, { old: 15 }));
    await service.mirrored(15);
    await service.close();
    const plant = await behind((nth) => (nth % 3 === 0 ? "drop" : "pass"), 12);
    return without([...nacks, ...plant], "LOST");
  },
  T36: async () => {
    const fates: readonly Fate[] = ["pass", "twice", "late"];
    return without(await behind((nth) => fates[nth % 3] ?? "pass", 12), "LOST");
  },
  T42: async () => {
    const dir = tempDir();
    chmodSync(dir, 0o755);
    const authority = certificateAuthority(dir);
    const { cert, key } = authority.issue("broker", "127.0.0.1");
    const acl = join(dir, "acl");
    writeFileSync(acl, "pattern write cems/v1/%u/up/#\npattern read cems/v1/%u/dn/#\n");
    const broker = await startMosquitto([
      `cafile ${authority.ca}`,
      `certfile ${cert}`,
      `keyfile ${key}`,
      "require_certificate true",
      "use_identity_as_username true",
      `acl_file ${acl}`,
    ]);
    const url = `mqtts://127.0.0.1:${broker.port}`;
    const one = watchedLink({ url, clientId: "g2", tls: { ca: authority.ca, ...authority.issue("g2") } });
    await until(() => one.ups.length > 0, { what: "a connection of g2" });
    const [own, other] = [testLog(), testLog(signerFromPem("test.example.cn/log/p-s-g2/1", 1, newKeyPem()))];
    other.add(20);
    const allowed = await one.link.send(topics("g2").live, other.bundle(0, 20));
    const refused = await one.link.send(topics("g1").live, other.bundle(0, 20));
    if (!allowed.delivered || refused.delivered) return [];
    // A broker that lets it through all the same.
    const service = testService(own, {}, [rowOf("g2", other.signer.vkey)]);
    await service.take("live", other.bundle(0, 20), "g1");
    return [refused.failure.code, ...service.refused];
  },
};
