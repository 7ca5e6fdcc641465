import { expect, test } from "vitest";
import { embeddedBroker } from "../../support/embedded-broker.ts";
import { until } from "../../support/until.ts";
import { connackPacket, fakeBroker } from "./fake-broker.ts";
import { watchedLink } from "./support.ts";

test("a broker that refuses 5 is spoken to in 3.1.1, at once", async () => {
  const url = await embeddedBroker();
  const reader = watchedLink({ url, clientId: "reader" }, ["t/#"]);
  const sender = watchedLink({ url, clientId: "sender" });
  await until(() => reader.ups.length > 0 && sender.ups.length > 0);
  expect([reader.ups, reader.downs]).toEqual([[4], []]);
  const hints = { contentType: "text/plain", expirySeconds: 3, correlation: Buffer.from("c") };
  expect(await sender.link.send("t/1", Buffer.from("hello"), hints)).toEqual({ delivered: true, heard: true });
  await until(() => reader.messages.length > 0);
  expect(reader.messages).toEqual([{ topic: "t/1", payload: "hello" }]);
});

test("what an old broker sends above our limit is dropped and counted", async () => {
  const url = await embeddedBroker();
  const reader = watchedLink({ url, clientId: "reader", largestIncoming: 1000 }, ["t"]);
  const sender = watchedLink({ url, clientId: "sender" });
  await until(() => reader.ups.length > 0 && sender.ups.length > 0);
  await sender.link.send("t", Buffer.alloc(1001, 120));
  await sender.link.send("t", Buffer.from("small"));
  await until(() => reader.messages.length > 0);
  expect(reader.messages[0]?.payload).toBe("small");
  expect(reader.link.state().oversize).toBe(1);
});

test("5 is tried first again after the connection ended", async () => {
  const versions: number[] = [];
  const broker = await fakeBroker((attempt) => {
    versions.push(broker.connections[attempt - 1]?.packets[0]?.body[6] ?? 0);
    return attempt === 1 ? connackPacket(0x84) : attempt === 2 ? Buffer.from([0x20, 2, 0, 0]) : connackPacket(0);
  });
  const { ups } = watchedLink({ url: broker.url, clientId: "a" });
  await until(() => ups.length === 1);
  broker.connections[1]?.socket.destroy();
  await until(() => ups.length === 2);
  expect([versions, ups]).toEqual([
    [5, 4, 5],
    [4, 5],
  ]);
});
