import { expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { connackPacket, fakeBroker } from "./fake-broker.ts";
import { watchedLink } from "./support.ts";

const RECEIVE_MAXIMUM = 0x21;
const payload = Buffer.from("x");

test("never more are under way than the broker allows, whatever is configured", async () => {
  const broker = await fakeBroker(() => connackPacket(0, [RECEIVE_MAXIMUM, 0, 3]));
  const { link, ups } = watchedLink({ url: broker.url, clientId: "a", window: 50 });
  await until(() => ups.length > 0);
  const sends = Array.from({ length: 10 }, () => link.send("t", payload));
  for (let answered = 0; answered < 10; answered++) {
    await until(() => broker.held.length === Math.min(3, 10 - answered));
    broker.puback();
  }
  expect(await Promise.all(sends)).toEqual(Array(10).fill({ delivered: true, heard: true }));
  expect(link.state().delivered).toBe(10);
});

test("the configured window holds where the broker allows more", async () => {
  const broker = await fakeBroker(() => connackPacket(0));
  const { link, ups } = watchedLink({ url: broker.url, clientId: "a", window: 2 });
  await until(() => ups.length > 0);
  const sends = [1, 2, 3].map(() => link.send("t", payload));
  await until(() => broker.held.length === 2);
  broker.puback();
  broker.puback();
  await until(() => broker.held.length === 1);
  broker.puback();
  expect((await Promise.all(sends)).every((result) => result.delivered)).toBe(true);
});

test("who waits for a place can give up, and takes none", async () => {
  const broker = await fakeBroker(() => connackPacket(0));
  const { link, ups } = watchedLink({ url: broker.url, clientId: "a", window: 1 });
  await until(() => ups.length > 0);
  const first = link.send("t", payload);
  const stop = new AbortController();
  const second = link.send("t", payload, {}, stop.signal);
  const third = link.send("t", payload);
  stop.abort();
  expect(await second).toMatchObject({ delivered: false, failure: { code: "E_LINK_ABORTED" } });
  await until(() => broker.held.length === 1);
  broker.puback();
  expect((await first).delivered).toBe(true);
  await until(() => broker.held.length === 1);
  broker.puback();
  expect((await third).delivered).toBe(true);
});
