import mqtt, { type MqttClient } from "mqtt";
import { expect, onTestFinished, test } from "vitest";
import { startBroker } from "../../simulator/service.ts";
import { spawnNode } from "../support/program.ts";

async function client(port: number, protocolVersion: 4 | 5 = 4): Promise<MqttClient> {
  const connected = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion,
    reconnectPeriod: 0,
    reconnectOnConnackError: false,
  });
  onTestFinished(() => void connected.end(true));
  return connected;
}

async function roundTrip(port: number): Promise<string> {
  const [sender, receiver] = await Promise.all([client(port), client(port)]);
  const got = new Promise<string>((resolve) => receiver.on("message", (_, payload) => resolve(payload.toString())));
  await receiver.subscribeAsync("a/b", { qos: 1 });
  await sender.publishAsync("a/b", "hello", { qos: 1 });
  return got;
}

test("it carries messages of MQTT 3.1.1, and MQTT 5 it refuses", async () => {
  const broker = await startBroker(0);
  onTestFinished(broker.close);
  expect(await roundTrip(broker.port)).toBe("hello");
  await expect(client(broker.port, 5)).rejects.toThrow();
});

test("it can be stopped with clients connected, and started again on its port", async () => {
  const first = await startBroker(0);
  const connected = await client(first.port);
  const lost = new Promise<void>((resolve) => connected.once("close", () => resolve()));
  await first.close();
  await lost;
  const second = await startBroker(first.port);
  onTestFinished(second.close);
  expect(await roundTrip(first.port)).toBe("hello");
  await expect(startBroker(first.port)).rejects.toMatchObject({ code: "E_SIM_LISTEN" });
});

test("as a process it says its port and ends when told to", async () => {
  const program = spawnNode("dist/simulator/service.js", ["--port", "0"]);
  const [, port] = await program.line(/\{"port":(\d+)\}/);
  expect(await roundTrip(Number(port))).toBe("hello");
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});
