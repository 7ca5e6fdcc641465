import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../../agent/keep/open.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { recoverTail } from "../../../agent/send/recover.ts";
import { Fault } from "../../../feed/format/faults.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { until } from "../../support/until.ts";
import { event } from "../keep/kit.ts";
import { gateway, heldBytes, makePlant, type Plant } from "./plant.ts";

/** Sends everything, then the disk forgets: the journal is the copy made after `kept` entries. */
async function forgetful(kept: number, sent: number): Promise<Plant> {
  const plant = makePlant();
  plant.grow(kept - 1);
  plant.journal.close();
  const copy = join(plant.dir, "..", "copy");
  cpSync(plant.dir, copy, { recursive: true });
  plant.journal = openJournal(plant.dir);
  while (plant.journal.head().size < sent) plant.grow(Math.min(40, sent - plant.journal.head().size));
  const sending = plant.start();
  await plant.up();
  expect(plant.journal.mirrored()).toBe(sent);
  await plant.down();
  await sending.stop();
  plant.journal.close();
  plant.journal = openJournal(copy);
  return plant;
}

const recover = (plant: Plant, within = 20_000) =>
  recoverTail({ shelf: plant.journal, link: plant.link, policy: plant.policy, gateway }, millis(within), never());
const never = (): AbortSignal => new AbortController().signal;
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error) => (error instanceof Fault ? error.code : String(error)),
  );

test("a journal that the service knows to the end is whole", async () => {
  const plant = await forgetful(100, 100);
  const asked = recover(plant);
  await plant.up();
  expect(await asked).toEqual({ answered: true, recovered: 0 });
});

test("a journal that is ahead of the service is whole", async () => {
  const plant = await forgetful(100, 100);
  plant.grow(7);
  const asked = recover(plant);
  await plant.up();
  expect(await asked).toEqual({ answered: true, recovered: 0 });
});

test("a service that never heard of the log says so", async () => {
  const plant = makePlant();
  const asked = recover(plant);
  await plant.up();
  expect(await asked).toEqual({ answered: true, recovered: 0 });
});

test("a lost tail comes back from the mirror, byte for byte, and the journal goes on", async () => {
  const plant = await forgetful(50, 700);
  const asked = recover(plant);
  await plant.up();
  expect(await asked).toEqual({ answered: true, recovered: 650 });
  const { ours, theirs } = await heldBytes(plant);
  expect(ours).toEqual(theirs);
  plant.journal.append(event(1));
  seal(plant.journal, plant.signer);
  plant.start();
  await plant.settle();
  expect([plant.journal.mirrored(), plant.refused]).toEqual([701, []]);
});

test("a long tail comes back portion by portion", async () => {
  const plant = await forgetful(50, 4500);
  const asked = recover(plant);
  await plant.up();
  expect(await asked).toEqual({ answered: true, recovered: 4450 });
});

test("what anyone may put on the way back stops nothing: only what our own signature covers is looked at", async () => {
  const plant = await forgetful(100, 300);
  const asked = recover(plant);
  const forged = plant.inject("back", Buffer.from("cems-bundle/v1\nold 0\n\nrange 0 1\n\n{}\n\ngarbage"));
  await plant.up();
  await forged;
  await plant.inject("back", Buffer.from("cems-bundle/v1\nold 0\n\nrange 0 1\n\n{}\n\na\n\n\u2014 b AAAAAAAA\n"));
  expect(await asked).toEqual({ answered: true, recovered: 200 });
});

test("a receipt from yesterday is no answer: it does not say that nothing came after", async () => {
  const plant = await forgetful(50, 200);
  const receipts: Buffer[] = [];
  plant.copies = ({ lane, payload }) => {
    if (lane === "ack") receipts.push(payload);
    return 0;
  };
  let done = false;
  const asked = recover(plant).finally(() => (done = true));
  await plant.up();
  for (const receipt of receipts) await plant.inject("ack", receipt);
  expect(done).toBe(false);
  plant.copies = () => 1;
  await plant.down();
  await plant.up();
  expect(await asked).toMatchObject({ answered: true, recovered: 150 });
});

test("without an answer it goes on, knowing that nobody answered", async () => {
  const plant = await forgetful(50, 50);
  expect(await recover(plant, 20)).toEqual({ answered: false, recovered: 0 });
});

test("another history under our own key is E_JOURNAL_FORK", async () => {
  const plant = await forgetful(50, 200);
  plant.grow(300);
  const asked = codeOf(recover(plant));
  await plant.up();
  expect(await asked).toBe("E_JOURNAL_FORK");
});

test("a tail that was committed and is nowhere any more is E_JOURNAL_FORK", async () => {
  const plant = makePlant();
  plant.grow(49);
  plant.journal.close();
  const copy = join(plant.dir, "..", "copy");
  cpSync(plant.dir, copy, { recursive: true });
  plant.journal = openJournal(plant.dir);
  plant.grow(50);
  plant.copies = ({ lane }) => (lane === "fill" || lane === "live" ? 0 : 1);
  const sending = plant.start();
  await plant.up();
  expect([plant.journal.witnessed(), plant.journal.mirrored()]).toEqual([100, 0]);
  await plant.down();
  await sending.stop();
  plant.journal.close();
  plant.journal = openJournal(copy);
  const asked = codeOf(recover(plant, 600_000));
  await plant.up();
  expect(await asked).toBe("E_JOURNAL_FORK");
});

test("an agent that went on offline with a lost tail learns it at the next connection, and signs no more", async () => {
  const plant = await forgetful(50, 200);
  const faults: Fault[] = [];
  plant.grow(300);
  plant.start({ onFork: (fault) => faults.push(fault) });
  await plant.up();
  await until(() => faults.length > 0);
  expect(faults[0]?.code).toBe("E_JOURNAL_FORK");
});
