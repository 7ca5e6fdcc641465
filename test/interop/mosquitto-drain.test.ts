import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { seal } from "../../agent/keep/seal.ts";
import { recoverTail } from "../../agent/send/recover.ts";
import type { EntryBody } from "../../feed/format/body.ts";
import { seconds } from "../../feed/format/vocabulary.ts";
import { openReader } from "../../feed/receiver/readings.ts";
import { events } from "../agent/keep/kit.ts";
import { watchedLink } from "../feed/link/support.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { needs } from "../support/system.ts";
import { until } from "../support/until.ts";
import { backlog, expectSame, gateway, sender, service } from "./drain-kit.ts";

const declared: EntryBody = {
  type: "config",
  t: "2026-10-01T00:00:00.000Z",
  points: { so2: ["mg/m3", "mean", "1", 2] },
  derive: { so2: { formula: "mean", in: { x: "so2" }, at: "minute", longer: "mean", constants: "hj", regime: "hj" } },
  sha256: Buffer.alloc(32).toString("base64"),
  by: "site",
};
const derived: EntryBody = {
  type: "derived",
  t: "2026-10-01T00:01:02.000Z",
  period: "minute",
  start: "2026-10-01T00:00:00.000Z",
  cfg: 0,
  data: { so2: ["102.58", "N"] },
  n: { so2: [12, 12] },
  of: [1, 13],
};

needs("mosquitto").describe("agent, mosquitto, receiver", () => {
  test("a backlog is drained, and what comes meanwhile goes out live", async () => {
    const broker = await startMosquitto();
    const { journal, signer } = backlog(6400);
    const { policy, ledger, start } = service(broker.url, signer.vkey.text);
    start();
    const sending = sender(journal, policy, broker.url);
    await until(() => journal.mirrored() > 0);
    journal.append(...events(3));
    seal(journal, signer);
    sending.wake();
    await until(() => journal.mirrored() === journal.head().size, { within: 30_000 });
    expect(journal.cosignatures(journal.head().size)).toHaveLength(2);
    await expectSame(journal, ledger);
    const reader = openReader(ledger, () => gateway);
    expect(reader.sizes()).toEqual([{ gateway, witnessed: 6404, mirrored: 6404 }]);
    reader.close();
  });

  test("a period that closes while a backlog is drained does not wait for it", async () => {
    const broker = await startMosquitto();
    const { journal, signer } = backlog(12_800);
    const { policy, ledger, start } = service(broker.url, signer.vkey.text);
    start();
    const sending = sender(journal, policy, broker.url);
    await until(() => journal.mirrored() > 0);
    const [config] = journal.append(declared);
    const [closed] = journal.append({ ...derived, cfg: config?.seq ?? 0 });
    seal(journal, signer);
    sending.wake();
    await until(() => journal.mirrored() === journal.head().size, { within: 60_000 });
    // Its note was verified, and it was kept, when most of the backlog was still on its way: entries have a number as they come.
    const db = new Sqlite(ledger, { readonly: true });
    const arrived = db.prepare<[number, number], { n: number }>(
      "SELECT count(*) AS n FROM leaf WHERE seq < ? AND id > (SELECT id FROM leaf WHERE seq = ?)",
    );
    const behind = arrived.get(closed?.seq ?? 0, closed?.seq ?? 0)?.n;
    db.close();
    expect(behind).toBeGreaterThan(6400);
  });

  test("a broker that is killed in the middle of it loses nothing and doubles nothing", async () => {
    const broker = await startMosquitto();
    const { journal, signer } = backlog(12_800);
    const { policy, ledger, start } = service(broker.url, signer.vkey.text);
    start();
    sender(journal, policy, broker.url);
    for (const share of [0.2, 0.5, 0.8]) {
      await until(() => journal.mirrored() > share * journal.head().size, { within: 30_000, every: 1 });
      await broker.kill();
      await broker.restart();
    }
    await until(() => journal.mirrored() === journal.head().size, { within: 60_000 });
    await expectSame(journal, ledger);
  });

  test("a receiver that is stopped in the middle of it goes on where its ledger stands", async () => {
    const broker = await startMosquitto();
    const { journal, signer } = backlog(6400);
    const { policy, ledger, start } = service(broker.url, signer.vkey.text);
    const first = start();
    sender(journal, policy, broker.url);
    await until(() => journal.mirrored() > 0.3 * journal.head().size, { within: 30_000, every: 1 });
    await first.stop();
    expect(journal.mirrored()).toBeLessThan(journal.head().size);
    start();
    await until(() => journal.mirrored() === journal.head().size, { within: 60_000 });
    await expectSame(journal, ledger);
  });

  test("the question before the first entry is answered over a real broker", async () => {
    const broker = await startMosquitto();
    const { journal, signer } = backlog(64);
    const { policy, start } = service(broker.url, signer.vkey.text);
    start();
    const { link } = watchedLink({ url: broker.url, clientId: gateway });
    const none = new AbortController().signal;
    expect(await recoverTail({ shelf: journal, link, policy, gateway }, seconds(20), none)).toEqual({
      answered: true,
      recovered: 0,
    });
  });
});
