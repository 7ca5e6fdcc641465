import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { millis } from "../../../feed/format/vocabulary.ts";
import { openLink } from "../../../feed/link.ts";
import { freePort, tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";
import { connackPacket, fakeBroker } from "./fake-broker.ts";
import { watchedLink } from "./support.ts";

const payload = Buffer.from("x");

test.each([
  [0x87, "E_LINK_REFUSED"],
  [0x99, "E_LINK_REFUSED"],
  [0x90, "E_LINK_REFUSED"],
  [0x97, "E_LINK_BUSY"],
  [0x80, "E_LINK_BUSY"],
  [0x83, "E_LINK_BUSY"],
])("a publish answered with 0x%s is %s, and the link stays up", async (reason, code) => {
  const broker = await fakeBroker(() => connackPacket(0));
  const { link, ups } = watchedLink({ url: broker.url, clientId: "a" });
  await until(() => ups.length > 0);
  const send = link.send("t", payload);
  await until(() => broker.held.length === 1);
  broker.puback(reason);
  expect(await send).toMatchObject({ delivered: false, failure: { code, reason } });
  expect(link.state()).toMatchObject({ version: 5, failures: { [code]: 1 } });
});

test("a message that nobody listens to is delivered, and told apart", async () => {
  const broker = await fakeBroker(() => connackPacket(0));
  const { link, ups } = watchedLink({ url: broker.url, clientId: "a" });
  await until(() => ups.length > 0);
  const send = link.send("t", payload);
  await until(() => broker.held.length === 1);
  broker.puback(0x10);
  expect(await send).toEqual({ delivered: true, heard: false });
  expect(link.state().unheard).toBe(1);
});

test("a PUBACK that never comes ends the send, and the connection with it", async () => {
  const broker = await fakeBroker(() => connackPacket(0));
  const { link, ups } = watchedLink({ url: broker.url, clientId: "a", ackWithin: millis(50) });
  await until(() => ups.length > 0);
  const sends = await Promise.all([link.send("t", payload), link.send("t", payload)]);
  const codes = sends.map((result) => (result.delivered ? "" : result.failure.code));
  expect(codes).toEqual(["E_LINK_TIMEOUT", "E_LINK_LOST"]);
  await until(() => ups.length === 2);
});

test("a connection that dies settles what was under way", async () => {
  const broker = await fakeBroker(() => connackPacket(0));
  const { link, ups, downs } = watchedLink({ url: broker.url, clientId: "a" });
  await until(() => ups.length > 0);
  const send = link.send("t", payload);
  await until(() => broker.held.length === 1);
  broker.connections[0]?.socket.destroy();
  expect(await send).toMatchObject({ delivered: false, failure: { code: "E_LINK_LOST" } });
  await until(() => ups.length === 2);
  expect(downs[0]).toMatchObject({ wasUp: true });
});

test("a broker that takes the connection and says nothing is left, each time with a new client", async () => {
  const broker = await fakeBroker((attempt) => (attempt < 3 ? "silence" : connackPacket(0)));
  const { ups, downs } = watchedLink({ url: broker.url, clientId: "a", connectWithin: millis(50) });
  await until(() => ups.length === 1);
  expect(downs.map(({ failure }) => failure.code)).toEqual(["E_LINK_UNREACHABLE", "E_LINK_UNREACHABLE"]);
});

test.each([
  [0x86, "E_LINK_LOGIN"],
  [0x87, "E_LINK_LOGIN"],
  [0x88, "E_LINK_BUSY"],
  [0x8e, "E_LINK_TAKEN"],
])("a connection refused with 0x%s is %s, and tried again", async (reason, code) => {
  const broker = await fakeBroker((attempt) => connackPacket(attempt === 1 ? reason : 0));
  const { ups, downs } = watchedLink({ url: broker.url, clientId: "a" });
  await until(() => ups.length === 1);
  expect(downs).toMatchObject([{ failure: { code, reason }, wasUp: false }]);
});

test("thrown out by another client of our id is E_LINK_TAKEN", async () => {
  const broker = await fakeBroker(() => connackPacket(0));
  const { ups, downs } = watchedLink({ url: broker.url, clientId: "a" });
  await until(() => ups.length > 0);
  broker.connections[0]?.socket.end(Buffer.from([0xe0, 2, 0x8e, 0]));
  await until(() => ups.length === 2);
  expect(downs).toMatchObject([{ failure: { code: "E_LINK_TAKEN", reason: 0x8e }, wasUp: true }]);
});

test("a message larger than the broker takes is not sent", async () => {
  const broker = await fakeBroker(() => connackPacket(0, [0x27, 0, 0, 4, 0]));
  const { link, ups } = watchedLink({ url: broker.url, clientId: "a" });
  await until(() => ups.length > 0);
  expect(await link.send("t", Buffer.alloc(1024))).toMatchObject({ failure: { code: "E_LINK_LARGE" } });
  expect(broker.connections[0]?.packets.filter(({ type }) => type === 3)).toEqual([]);
});

test("nothing is kept for later while the link is down", async () => {
  const { link } = watchedLink({ url: `mqtt://127.0.0.1:${await freePort()}`, clientId: "a" });
  expect(await link.send("t", payload)).toMatchObject({ failure: { code: "E_LINK_DOWN" } });
  await until(() => (link.state().failures.E_LINK_UNREACHABLE ?? 0) > 2);
});

test("closing does not wait for an answer that does not come", async () => {
  const broker = await fakeBroker(() => connackPacket(0));
  const { link, ups } = watchedLink({ url: broker.url, clientId: "a" });
  await until(() => ups.length > 0);
  const send = link.send("t", payload);
  await until(() => broker.held.length === 1);
  await link.close();
  expect((await send).delivered).toBe(false);
  expect(await link.send("t", payload)).toMatchObject({ failure: { code: "E_LINK_DOWN" } });
});

test.each(["127.0.0.1:1883", "http://127.0.0.1", "mqtt://", "mqtt://a/b", "mqtts://127.0.0.1"])(
  "%s is no broker's address",
  (url) => expect(() => openLink({ url, clientId: "a" })).toThrow(expect.objectContaining({ code: "E_LINK_SETTING" })),
);

test("a password file that is gone is E_LINK_FILE with its path, tried again until it is there", async () => {
  const broker = await fakeBroker(() => connackPacket(0));
  const passwordFile = join(tempDir(), "password");
  const { ups, downs } = watchedLink({ url: broker.url, clientId: "a", username: "u", passwordFile });
  await until(() => downs.length > 1);
  const detail = `${passwordFile} cannot be read (ENOENT)`;
  expect(downs[0]).toEqual({ failure: { code: "E_LINK_FILE", detail }, wasUp: false });
  expect(broker.connections).toHaveLength(0);
  writeFileSync(passwordFile, "secret\nsecond line\n");
  await until(() => ups.length > 0);
  expect(broker.connections[0]?.packets[0]?.body.subarray(-8)).toEqual(Buffer.from("\0\x06secret"));
});
