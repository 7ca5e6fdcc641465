import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { seal } from "../../agent/keep/seal.ts";
import { startKeeping } from "../../agent/sealing.ts";
import { packBundle, packRule } from "../../agent/send/pack.ts";
import { siteFile } from "../../config/site-file.ts";
import { bundleLimits } from "../../feed/format/bundle.ts";
import type { Entry, EntryBody } from "../../feed/format/entry.ts";
import { seconds } from "../../feed/format/vocabulary.ts";
import { fakeClock } from "../support/clock.ts";
import { makeJournal } from "./keep/kit.ts";

const event: EntryBody = { type: "event", t: "2026-01-01T00:00:00.000Z", code: "TEST", detail: "" };

function rig() {
  const clock = fakeClock("2026-01-01T00:00:00.000Z", 0);
  const stop = new AbortController();
  let size = 0;
  const seals: { size: number; at: number }[] = [];
  const journal = {
    append: (...bodies: readonly EntryBody[]): Entry[] =>
      bodies.map(() => ({ seq: size++, bytes: Buffer.alloc(0), hash: Buffer.alloc(32) })),
    seal: () => void seals.push({ size, at: clock.now().mono }),
  };
  return { clock, stop, seals, keeper: startKeeping(journal, { within: seconds(10), entries: 4 }, clock, stop.signal) };
}

test("a checkpoint follows ten seconds after the first entry that none covers", async () => {
  const { clock, seals, keeper } = rig();
  await clock.advance(seconds(3));
  keeper.keep(event);
  await clock.advance(seconds(6));
  keeper.keep(event);
  await clock.advance(seconds(30));
  expect(seals).toEqual([{ size: 2, at: 13_000 }]);
});

test("it follows at once when enough entries wait, and the beat starts anew", async () => {
  const { clock, seals, keeper } = rig();
  keeper.keep(event, event, event);
  await clock.advance(seconds(9));
  keeper.keep(event);
  await clock.advance(seconds(5));
  keeper.keep(event);
  await clock.advance(seconds(20));
  expect(seals).toEqual([
    { size: 4, at: 9_000 },
    { size: 5, at: 24_000 },
  ]);
});

test("a step of the wall clock delays no checkpoint", async () => {
  const { clock, seals, keeper } = rig();
  keeper.keep(event);
  clock.step(seconds(-3600));
  await clock.advance(seconds(10));
  expect(seals).toEqual([{ size: 1, at: 10_000 }]);
});

test("it ends when told, and leaves the last seal to whoever stops it", async () => {
  const { clock, stop, seals, keeper } = rig();
  keeper.keep(event);
  await clock.advance(seconds(1));
  stop.abort();
  await keeper.running;
  expect(seals).toEqual([]);
});

test("whatever a site may write as its rule, what one checkpoint covers fits into one bundle", async () => {
  const { journal, signer } = makeJournal();
  const seals = siteFile.shape.seal;
  const entries = [4096, 1024, 256].find((count) => seals.safeParse({ entries: count }).success) ?? 0;
  const stop = new AbortController();
  const clock = fakeClock("2026-01-01T00:00:00.000Z", 0);
  const parts = { append: journal.append, seal: () => void seal(journal, signer) };
  const keeper = startKeeping(parts, { within: seconds(60), entries }, clock, stop.signal);
  keeper.sealNow();
  // Entries as long as they may be, then many short ones.
  for (let n = 0; n < 300; n++) keeper.keep({ ...event, detail: "\u6c34".repeat(4096) });
  for (let n = 0; n < 5000; n++) keeper.keep(event);
  keeper.sealNow();
  let from = 1;
  for (const { size } of journal.checkpoints(1, 10_000)) {
    const packed = packBundle(journal, from, size, from);
    expect(packed?.to).toBe(size);
    expect(size - from).toBeLessThanOrEqual(packRule.entries);
    const { payload, gzip } = packed ?? { payload: Buffer.alloc(0), gzip: false };
    expect((gzip ? gunzipSync(payload) : payload).length).toBeLessThan(bundleLimits.bytes);
    from = size;
  }
  expect(from).toBe(journal.head().size);
  stop.abort();
  await keeper.running;
  journal.close();
});
