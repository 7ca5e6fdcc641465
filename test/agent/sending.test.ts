import { pino } from "pino";
import { expect, test } from "vitest";
import { openSending, type SiteSending } from "../../agent/sending.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";
import { refusal } from "../../feed/link/faults.ts";
import type { Link } from "../../feed/link.ts";
import { gateway, makePlant, type Plant, topicOf } from "./send/plant.ts";
import { minutes, seconds } from "./send/time.ts";

function open(plant: Plant, link: Link): { sending: SiteSending; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const sending = openSending({
    site: { gateway, seal: { anchor: seconds(300) } },
    service: { policy: plant.policy, link },
    journal: plant.journal,
    embedding: { keeper: { keep: () => [], sealNow: () => {}, running: Promise.resolve() }, boot: "b" },
    clock: plant.clock,
    log,
    onFault: (fault) => {
      throw fault;
    },
  });
  return { sending, lines };
}

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
  const { sending, lines } = open(plant, { ...plant.link, send });
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
  expect(lines.filter(({ msg }) => msg === "published again")).toEqual([
    expect.objectContaining({ level: 30, topic: topicOf("fill") }),
  ]);
  await sending.stop(millis(0));
});

test("a service that acknowledges nothing is told of once, on every connection, until it does again", async () => {
  const plant = makePlant();
  plant.grow(10);
  const { sending, lines } = open(plant, plant.link);
  const pass = async (time: Millis): Promise<void> => {
    for (let left = time; left > 0; left = millis(left - 1000)) {
      await plant.clock.advance(seconds(1));
      await plant.settle();
    }
  };
  const told = (): unknown[] =>
    lines.flatMap(({ level, msg, mirrored }) => (/acknowledges/.test(`${msg}`) ? [[level, msg, mirrored]] : []));
  const nothing = [40, "the service acknowledges nothing", 0];
  plant.serviceUp = false;
  await plant.up();
  await pass(seconds(29));
  expect(told()).toEqual([]);
  await pass(seconds(1));
  expect(told()).toEqual([nothing]);
  expect(lines.find(({ level }) => level === 40)).toMatchObject({
    seconds: 30,
    hint: expect.stringMatching(/receiver/),
  });
  await pass(minutes(3));
  await plant.down();
  await plant.up();
  await pass(minutes(3));
  expect(told()).toEqual([nothing]);

  plant.serviceUp = true;
  await pass(minutes(10));
  expect(plant.journal.mirrored()).toBe(11);
  const again = [30, "the service acknowledges again", expect.any(Number)];
  expect(told()).toEqual([nothing, again]);

  plant.serviceUp = false;
  plant.grow(1);
  sending.wake();
  await pass(seconds(31));
  expect(told()).toEqual([nothing, again, [40, "the service acknowledges nothing", 11]]);
  await sending.stop(millis(0));
});
