import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { millis } from "../../feed/format/vocabulary.ts";
import { watchedLink } from "../feed/link/support.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { needs } from "../support/system.ts";
import { tempDir } from "../support/temporary.ts";
import { until } from "../support/until.ts";

const bytes = (text: string): Buffer => Buffer.from(text);

needs("mosquitto").describe("our link and mosquitto", () => {
  test("speak MQTT 5 and carry a message from one to the other", async () => {
    const broker = await startMosquitto();
    const sender = watchedLink({ url: broker.url, clientId: "sender" });
    const reader = watchedLink({ url: broker.url, clientId: "reader" }, ["a/+/c"]);
    await until(() => sender.ups.length > 0 && reader.ups.length > 0);
    expect(sender.ups).toEqual([5]);
    expect(await sender.link.send("a/b/c", bytes("hello"), { contentType: "text/plain", text: true })).toEqual({
      delivered: true,
      heard: true,
    });
    expect(await sender.link.send("a/b/d", bytes("hello"))).toEqual({ delivered: true, heard: false });
    await until(() => reader.messages.length > 0);
    expect(reader.messages).toEqual([{ topic: "a/b/c", payload: "hello" }]);
  });

  test("meet again after the broker was killed, with subscriptions and session", async () => {
    const broker = await startMosquitto();
    const reader = watchedLink({ url: broker.url, clientId: "reader" }, ["t"]);
    const sender = watchedLink({ url: broker.url, clientId: "sender" });
    await until(() => sender.ups.length > 0 && reader.ups.length > 0);
    await broker.kill();
    await until(() => sender.downs.length > 0 && reader.downs.length > 0);
    expect((await sender.link.send("t", bytes("lost"))).delivered).toBe(false);
    await broker.restart();
    await until(() => sender.ups.length === 2 && reader.ups.length === 2);
    expect(await sender.link.send("t", bytes("found"))).toEqual({ delivered: true, heard: true });
    await until(() => reader.messages.length === 1);
    expect(reader.messages[0]?.payload).toBe("found");
  });

  test("what came while we were away waits in the session", async () => {
    const broker = await startMosquitto();
    const first = watchedLink({ url: broker.url, clientId: "reader" }, ["t"]);
    await until(() => first.ups.length > 0);
    await first.link.close();
    const sender = watchedLink({ url: broker.url, clientId: "sender" });
    await until(() => sender.ups.length > 0);
    await sender.link.send("t", bytes("meanwhile"));
    const second = watchedLink({ url: broker.url, clientId: "reader" }, ["t"]);
    await until(() => second.messages.length === 1);
    expect(second.messages[0]?.payload).toBe("meanwhile");
  });

  test("a topic that the access list denies is E_LINK_REFUSED with 0x87", async () => {
    const acl = join(tempDir(), "acl");
    writeFileSync(acl, "topic readwrite allowed/#\n", { mode: 0o644 });
    const broker = await startMosquitto([`acl_file ${acl}`]);
    const { link, ups } = watchedLink({ url: broker.url, clientId: "a" });
    await until(() => ups.length > 0);
    expect(await link.send("denied/x", bytes("x"))).toMatchObject({
      delivered: false,
      failure: { code: "E_LINK_REFUSED", reason: 0x87 },
    });
    expect((await link.send("allowed/x", bytes("x"))).delivered).toBe(true);
  });

  test("a wrong password is E_LINK_LOGIN", async () => {
    const dir = tempDir();
    writeFileSync(join(dir, "empty"), "", { mode: 0o600 });
    writeFileSync(join(dir, "password"), "secret\n");
    const broker = await startMosquitto(["allow_anonymous false", `password_file ${join(dir, "empty")}`]);
    const login = { username: "u", passwordFile: join(dir, "password") };
    const { downs } = watchedLink({ url: broker.url, clientId: "a", ...login });
    await until(() => downs.length > 0);
    expect(downs[0]?.failure).toMatchObject({ code: "E_LINK_LOGIN", reason: 0x87 });
  });

  test("the will tells that we vanished, closing in order does not", async () => {
    const broker = await startMosquitto();
    const reader = watchedLink({ url: broker.url, clientId: "reader" }, ["will/#"]);
    await until(() => reader.ups.length > 0);
    const will = (name: string) => ({ topic: `will/${name}`, payload: bytes("gone") });
    const orderly = watchedLink({ url: broker.url, clientId: "o", will: will("o") });
    await until(() => orderly.ups.length > 0);
    await orderly.link.close();
    // A second client with the same id throws the first one out, as a vanished one would be at its keepalive.
    const first = watchedLink({ url: broker.url, clientId: "v", will: will("v"), session: millis(0), pauses: hour });
    await until(() => first.ups.length > 0);
    const second = watchedLink({ url: broker.url, clientId: "v", session: millis(0) });
    await until(() => second.ups.length > 0 && first.downs.length > 0 && reader.messages.length > 0);
    expect(reader.messages).toEqual([{ topic: "will/v", payload: "gone" }]);
  });

  test("a message above the limit is not delivered to us", async () => {
    const broker = await startMosquitto();
    const reader = watchedLink({ url: broker.url, clientId: "reader", largestIncoming: 1000 }, ["t"]);
    const sender = watchedLink({ url: broker.url, clientId: "sender" });
    await until(() => sender.ups.length > 0 && reader.ups.length > 0);
    await sender.link.send("t", Buffer.alloc(2000, 120));
    await sender.link.send("t", bytes("small"));
    await until(() => reader.messages.length > 0);
    expect(reader.messages).toEqual([{ topic: "t", payload: "small" }]);
    // The broker was told and kept it back; where it did not, we would have dropped and counted it.
    expect(reader.link.state().oversize).toBe(0);
  });

  test("the limit of the broker is known before we send", async () => {
    const broker = await startMosquitto(["max_packet_size 2000"]);
    const { link, ups } = watchedLink({ url: broker.url, clientId: "a" });
    await until(() => ups.length > 0);
    expect(await link.send("t", Buffer.alloc(3000))).toMatchObject({ failure: { code: "E_LINK_LARGE" } });
    expect((await link.send("t", Buffer.alloc(300))).delivered).toBe(true);
  });
});

const hour = { first: millis(3_600_000), longest: millis(3_600_000) };
