import fc from "fast-check";
import { expect, test } from "vitest";
import { testLog, zipped } from "./log.ts";
import { testService } from "./service.ts";

const length = 60;

/** Cuts of a log into bundles: ascending sizes that end at its length. */
const cuts = fc
  .uniqueArray(fc.integer({ min: 1, max: length - 1 }), { minLength: 1, maxLength: 12 })
  .map((sizes) => [...sizes.sort((a, b) => a - b), length]);

test("every bundle delivered any number of times in any order: each entry is held once, as it was sent", async () => {
  await fc.assert(
    fc.asyncProperty(
      cuts,
      fc.infiniteStream(fc.nat()),
      fc.array(fc.nat(), { maxLength: 10 }),
      async (sizes, order, overlaps) => {
        const log = testLog();
        log.add(length);
        const service = testService(log);
        await service.take("cp", log.commit(0, length));
        const from = (index: number): number => sizes[index - 1] ?? 0;
        const bundles = sizes.map((to, index) => log.bundle(from(index), to, { old: length }));
        // Ranges cut otherwise, as an agent that began elsewhere would cut them.
        for (const pick of overlaps) {
          const to = sizes[pick % sizes.length] ?? length;
          bundles.push(zipped(log.bundle(pick % to, to, { old: length })));
        }
        const deliveries = bundles.flatMap((bundle, index) => Array(1 + ((index * 7) % 3)).fill(bundle) as Buffer[]);
        const shuffled = deliveries
          .map((bundle) => ({ bundle, key: order.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ bundle }) => bundle);
        for (const bundle of shuffled) {
          const { mirrored, frontier } = await service.ledger.holding(log.signer.vkey.name);
          const { receipts } = await service.take("fill", bundle);
          const after = await service.ledger.holding(log.signer.vkey.name);
          expect(after.frontier.size).toBeGreaterThanOrEqual(frontier.size);
          // Whatever M1 signs is here without a gap.
          if (after.mirrored !== mirrored && receipts.length > 0)
            expect(await service.ledger.entries(log.signer.vkey.name, 0, after.frontier.size)).toHaveLength(
              after.frontier.size,
            );
        }
        expect(service.refused).toEqual([]);
        const held = await service.ledger.entries(log.signer.vkey.name, 0, length + 1);
        expect(held).toEqual(log.entries.map(({ bytes }) => bytes));
        expect(await service.ledger.summary()).toMatchObject({
          entries: length,
          mirrored: length,
          readings: 2 * length,
        });
        expect(await service.take("fill", bundles[0] ?? Buffer.alloc(0))).toMatchObject({
          receipts: [`W1 M1 ${length}`],
        });
      },
    ),
    { numRuns: 40 },
  );
});

test("no changed byte of a bundle changes what is held", async () => {
  const log = testLog();
  log.add(20);
  const service = testService(log);
  await service.take("live", log.bundle(0, 10));
  const good = log.bundle(10, 20);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ change;
      const { receipts } = await service.take("live", bad);
      const { entries } = await service.ledger.summary();
      // A changed old size is a conflict, which is answered with what is witnessed: nothing new.
      expect([receipts.filter((receipt) => receipt !== "W1 10"), entries]).toEqual([[], 10]);
    }),
    { numRuns: 1000 },
  );
  expect(await service.take("live", good)).toMatchObject({ receipts: ["W1 M1 20"] });
});
