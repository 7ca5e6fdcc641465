import { expect, test } from "vitest";
import { parseBundle } from "../../../feed/format/bundle.ts";
import { nonceOf } from "../../../feed/receiver/receive.ts";
import { statesAlone } from "../format/sample-log.ts";
import { testLog, zipped } from "./log.ts";
import { testService } from "./service.ts";

const started = (count = 100) => {
  const log = testLog();
  log.add(count);
  return { log, service: testService(log) };
};

test("a bundle from the beginning is witnessed and mirrored in one receipt", async () => {
  const { log, service } = started();
  expect(await service.take("live", log.bundle(0, 10))).toEqual({ receipts: ["W1 M1 10"], nacks: [], back: [] });
  expect(await service.take("live", log.bundle(10, 30))).toMatchObject({ receipts: ["W1 M1 30"] });
  expect(await service.ledger.entries(log.signer.vkey.name, 0, 99)).toEqual(
    log.entries.slice(0, 30).map((e) => e.bytes),
  );
});

test("a frame without values, of a logger that told of its states alone, is mirrored like any other", async () => {
  const { log, service } = started(10);
  for (const body of statesAlone(10)) log.addBody(body);
  expect(await service.take("live", log.bundle(0, 12))).toEqual({ receipts: ["W1 M1 12"], nacks: [], back: [] });
  expect(await service.ledger.summary()).toMatchObject({ entries: 12, mirrored: 12, codes: {} });
});

test("a compressed bundle is the same bundle", async () => {
  const { log, service } = started();
  expect(await service.take("fill", zipped(log.bundle(0, 10)))).toMatchObject({ receipts: ["W1 M1 10"] });
});

test("hash lists may be left out where the sender speaks of what was just acknowledged", async () => {
  const { log, service } = started();
  await service.take("live", log.bundle(0, 10));
  expect(await service.take("live", log.bundle(10, 20, { frontier: [], proof: [] }))).toMatchObject({
    receipts: ["W1 M1 20"],
  });
});

test("a backlog: committed first, live ahead of it, then filled until both meet", async () => {
  const { log, service } = started();
  expect(await service.take("cp", log.commit(0, 60))).toMatchObject({ receipts: ["W1 60"], nacks: [] });
  // Live data are verified at once; nothing is asked for, because the backlog is on its way.
  expect(await service.take("live", log.bundle(60, 70))).toMatchObject({ receipts: ["W1 70"], nacks: [] });
  expect(await service.take("fill", log.bundle(0, 30, { old: 70 }))).toMatchObject({ receipts: ["M1 30"], nacks: [] });
  expect(await service.take("live", log.bundle(70, 80))).toMatchObject({ receipts: ["W1 80"] });
  // The gap closes: what came before is mirrored with it.
  expect(await service.take("fill", log.bundle(30, 60, { old: 80 }))).toMatchObject({ receipts: ["W1 M1 80"] });
  expect((await service.ledger.holding(log.signer.vkey.name)).mirrored?.size).toBe(80);
});

test("a range lost on the way is asked for by a signed nack, once in a while", async () => {
  const { log, service } = started();
  await service.take("cp", log.commit(0, 60));
  await service.take("fill", log.bundle(0, 10, { old: 60 }));
  const ahead = log.bundle(20, 30, { old: 60 });
  const { nacks } = await service.take("fill", ahead);
  expect(nacks).toMatchObject([
    { code: "SEQ_GAP", for: log.signer.vkey.name, have: 10, want: [[10, 20]], nonce: nonceOf(ahead) },
  ]);
  expect((await service.take("fill", log.bundle(30, 40, { old: 60 }))).nacks).toEqual([]);
  service.time += 5000;
  expect((await service.take("fill", log.bundle(50, 60, { old: 60 }))).nacks).toMatchObject([{ want: [[10, 50]] }]);
  expect((await service.take("fill", log.bundle(10, 20, { old: 60 }))).receipts).toEqual(["M1 40"]);
});

test("what is held already is acknowledged again and counted, not kept twice", async () => {
  const { log, service } = started();
  await service.take("cp", log.commit(0, 60));
  await service.take("fill", log.bundle(0, 30, { old: 60 }));
  expect((await service.take("fill", log.bundle(0, 30, { old: 60 }))).receipts).toEqual(["M1 30"]);
  expect((await service.take("cp", log.commit(0, 60))).receipts).toEqual(["W1 60"]);
  expect((await service.take("fill", log.bundle(20, 40, { old: 60 }))).receipts).toEqual(["M1 40"]);
  const summary = await service.ledger.summary();
  expect(summary).toMatchObject({ entries: 40, readings: 80, mirrored: 40, codes: { DUPLICATE: 2 } });
});

test("the question for the head is answered by a signed statement and the receipts", async () => {
  const { log, service } = started();
  const ask = (more: object = {}): Buffer =>
    Buffer.from(JSON.stringify({ state: "online", size: 0, nonce: "ab12", ...more }));
  expect(await service.take("status", ask())).toMatchObject({
    receipts: [],
    nacks: [{ code: "HEAD", have: 0, want: [], nonce: "ab12" }],
  });
  await service.take("live", log.bundle(0, 20));
  await service.take("cp", log.commit(20, 60));
  expect(await service.take("status", ask())).toMatchObject({
    receipts: ["W1 60", "M1 20"],
    nacks: [{ code: "HEAD", have: 20, want: [[20, 60]] }],
    back: [],
  });
});

test("a status that asks nothing is not answered", async () => {
  const { service } = started();
  for (const text of [
    '{"state":"offline"}',
    '{"state":"online"}',
    "{",
    "x".repeat(5000),
    '{"state":"online","nonce":"<>"}',
  ])
    expect(await service.take("status", Buffer.from(text))).toEqual({ receipts: [], nacks: [], back: [] });
});

test("lines that others added to a note on its way are not kept, and not signed for", async () => {
  const { log, service } = started();
  const junk = `— somebody.example ${Buffer.alloc(68, 7).toString("base64")}\n`;
  const note = Buffer.concat([log.note(10), Buffer.from(junk)]);
  expect(await service.take("live", log.bundle(0, 10, { note }))).toMatchObject({ receipts: ["W1 M1 10"] });
  expect((await service.ledger.tree(log.signer.vkey.name, 10))?.note).toEqual(log.note(10));
});

test("one question for lost entries is answered with a portion, and the next goes on where it ended", async () => {
  const { log, service } = started();
  const step = 200; // no two trees fit into one bundle of 256 entries
  log.add(18 * step - log.entries.length);
  for (let size = step; size <= 18 * step; size += step) await service.take("live", log.bundle(size - step, size));
  const ask = (want: number): Buffer =>
    Buffer.from(JSON.stringify({ state: "online", size: want, nonce: "ab12", want }));
  const from = async (want: number): Promise<number[]> => (await service.take("status", ask(want))).back.map(firstOf);
  expect(await from(0)).toEqual(Array.from({ length: 16 }, (_, i) => i * step));
  expect(await from(16 * step)).toEqual([16 * step, 17 * step]);
});

function firstOf(payload: Buffer): number {
  const bundle = parseBundle(payload);
  return bundle.ok ? bundle.value.from : Number.NaN;
}
