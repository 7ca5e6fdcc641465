import { expect, test } from "vitest";
import { heldBytes, makePlant } from "./plant.ts";
import { minutes, seconds } from "./time.ts";

test("after a connection: question, commit, then bundles until the mirror has all", async () => {
  const plant = makePlant();
  for (let i = 0; i < 20; i++) plant.grow(50);
  const sending = plant.start();
  await plant.up();
  expect(plant.passed.slice(0, 4)).toEqual(["status", "ctl", "cp", "ack"]);
  expect(plant.passed.filter((lane) => lane === "cp")).toHaveLength(1);
  expect(plant.passed.filter((lane) => lane === "fill")).toHaveLength(4);
  expect(plant.journal.mirrored()).toBe(1001);
  expect(await heldBytes(plant)).toMatchObject({ theirs: (await heldBytes(plant)).ours });
  expect(sending.counts()).toMatchObject({ published: 1001, bundles: 4, nacks: 0 });
});

test("each new checkpoint goes out live at once and comes back signed by both", async () => {
  const plant = makePlant();
  plant.grow(10);
  const sending = plant.start();
  await plant.up();
  plant.passed.length = 0;
  for (const size of [13, 16]) {
    plant.grow(size - plant.journal.head().size);
    sending.wake();
    await plant.settle();
    expect(
      plant.journal
        .cosignatures(size)
        .map(({ name }) => name.slice(0, 2))
        .sort(),
    ).toEqual(["m1", "w1"]);
  }
  expect(plant.passed).toEqual(["live", "ack", "live", "ack"]);
});

test("live data do not wait for a backlog", async () => {
  const plant = makePlant();
  for (let i = 0; i < 100; i++) plant.grow(60);
  let fills = 0;
  // A slow mirror: of the backlog only what the window holds gets through.
  plant.copies = ({ lane }) => (lane === "fill" && ++fills > 3 ? 0 : 1);
  const sending = plant.start();
  await plant.up();
  expect(plant.journal.mirrored()).toBeLessThan(1000);
  plant.grow(5);
  sending.wake();
  await plant.settle();
  expect(plant.passed.at(-2)).toBe("live");
  expect(plant.journal.witnessed()).toBe(6006);
  expect((await plant.ledger.hashes(plant.journal.origin, 6001, 6006)).size).toBe(5);
  // The lost bundles come again after their time, and the live ones are not sent twice.
  plant.copies = () => 1;
  await plant.clock.advance(seconds(40));
  await plant.settle();
  expect(plant.journal.mirrored()).toBe(6006);
  expect(plant.passed.filter((lane) => lane === "live")).toHaveLength(1);
});

test("a bundle lost among others is asked for and comes again without waiting", async () => {
  const plant = makePlant();
  for (let i = 0; i < 40; i++) plant.grow(60);
  let fills = 0;
  plant.copies = ({ lane }) => (lane === "fill" && ++fills === 2 ? 0 : 1);
  const sending = plant.start();
  await plant.up();
  expect(plant.journal.mirrored()).toBe(2401);
  expect(sending.counts().nacks).toBe(1);
  expect((await heldBytes(plant)).theirs).toEqual((await heldBytes(plant)).ours);
});

test.each(["cp", "live", "fill", "status", "ack", "ctl"] as const)(
  "every %s message once lost, once doubled: all arrives, once",
  async (lost) => {
    const plant = makePlant();
    for (let i = 0; i < 30; i++) plant.grow(60);
    let n = 0;
    plant.copies = ({ lane }) => (lane === lost ? n++ % 3 : 1);
    const sending = plant.start();
    await plant.up();
    for (let round = 0; round < 200 && plant.journal.mirrored() < plant.journal.head().size; round++) {
      if (round < 5) plant.grow(3);
      sending.wake();
      await plant.settle();
      await plant.clock.advance(minutes(11));
      await plant.settle();
    }
    const held = await heldBytes(plant);
    expect(held.theirs).toEqual(held.ours);
    expect(plant.journal.mirrored()).toBe(plant.journal.head().size);
    expect(plant.refused).toEqual([]);
  },
);

test("without an answer the same is offered again: after 30 s, then with growing pauses up to ten minutes", async () => {
  const plant = makePlant();
  plant.grow(5);
  plant.serviceUp = false;
  plant.start();
  await plant.up();
  const times: number[] = [];
  const begun = plant.clock.now().mono;
  for (let i = 0; i < 3600; i++) {
    const before = plant.passed.length;
    await plant.clock.advance(seconds(1));
    if (plant.passed.length > before) times.push((plant.clock.now().mono - begun) / 1000);
  }
  const pauses = times.map((at, i) => at - (times[i - 1] ?? 0) - 30);
  expect(pauses.slice(0, 10)).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
  // It speaks again: nothing was lost.
  plant.serviceUp = true;
  await plant.clock.advance(minutes(11));
  await plant.settle();
  expect(plant.journal.mirrored()).toBe(6);
});

test("a restart of the agent goes on where the mirror's signature stands", async () => {
  const plant = makePlant();
  for (let i = 0; i < 10; i++) plant.grow(60);
  plant.start();
  await plant.up();
  await plant.down();
  plant.grow(5);
  plant.passed.length = 0;
  plant.start();
  await plant.up();
  expect(plant.passed.filter((lane) => lane === "fill").length).toBeGreaterThan(0);
  expect(plant.journal.mirrored()).toBe(606);
});

test("draining waits for the mirror, and no longer than it is told to", async () => {
  const plant = makePlant();
  plant.grow(5);
  const sending = plant.start();
  const stop = new AbortController();
  const early = sending.drained(stop.signal);
  stop.abort();
  expect(await early).toBe(false);
  const drained = sending.drained(new AbortController().signal);
  await plant.up();
  expect(await drained).toBe(true);
});
