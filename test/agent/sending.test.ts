import { pino } from "pino";
import { expect, test } from "vitest";
import { openSending } from "../../agent/sending.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { refusal } from "../../feed/link/faults.ts";
import type { Link } from "../../feed/link.ts";
import { gateway, makePlant, topicOf } from "./send/plant.ts";
import { seconds } from "./send/time.ts";

test("a topic on which the broker lets nobody publish is told of once, and the others go on", async () => {
  const plant = makePlant();
  plant.grow(600);
  let attempts = 0;
  let allowed = false;
  const send: Link["send"] = async (topic, ...rest) => {
    if (topic !== topicOf("fill") || allowed) return plant.link.send(topic, ...rest);
    attempts += 1;
    return { delivered: false, failure: refusal(0x87, `publish on ${topic}`) };
  };
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const sending = openSending({
    site: { gateway },
    service: { policy: plant.policy, link: { ...plant.link, send } },
    journal: plant.journal,
    keeper: { keep: () => [], sealNow: () => {}, running: Promise.resolve() },
    clock: plant.clock,
    log,
    boot: "b",
    onFault: (fault) => {
      throw fault;
    },
  });
  await plant.up();
  for (let i = 0; attempts < 3 && i < 100; i++) {
    await plant.clock.advance(seconds(10));
    await plant.settle();
  }
  expect(attempts).toBeGreaterThan(2);
  expect(lines.filter(({ msg }) => msg === "not published")).toEqual([
    expect.objectContaining({
      level: 40,
      code: "E_LINK_REFUSED",
      detail: `publish on ${topicOf("fill")}: the broker answered 0x87`,
      hint: expect.stringMatching(/access list/),
    }),
  ]);
  expect(plant.journal.witnessed()).toBe(601);
  allowed = true;
  for (let i = 0; plant.journal.mirrored() < 601 && i < 100; i++) {
    await plant.clock.advance(seconds(10));
    await plant.settle();
  }
  expect(plant.journal.mirrored()).toBe(601);
  await sending.stop(millis(0));
});
