import { join } from "node:path";
import { SerialPort } from "serialport";
import { expect, onTestFinished, test } from "vitest";
import { serveSerial } from "../../../simulator/wire/serial.ts";
import { tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";
import { echoDevice } from "./lines.ts";

interface Master {
  send(hex: string): void;
  /** Resolves when what was received ends so. */
  until(hex: string): Promise<unknown>;
  received(): string;
  close(): Promise<void>;
}

async function open(path: string): Promise<Master> {
  const port = new SerialPort({ path, baudRate: 19_200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  let got = "";
  port.on("data", (bytes: Buffer) => {
    got += bytes.toString("hex");
  });
  port.on("error", () => {});
  const close = (): Promise<void> => new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
  onTestFinished(close);
  return {
    send: (hex) => void port.write(Buffer.from(hex, "hex")),
    until: (hex) => until(() => got.endsWith(hex), { what: hex }),
    received: () => got,
    close,
  };
}

const ask = "0103000900015408";
const reply = "01030200097842";

test("several units on one line; nobody answers for one that is not there", async () => {
  const line = await serveSerial([echoDevice(1), echoDevice(2)], join(tempDir(), "line"));
  onTestFinished(line.close);
  const master = await open(line.path);
  master.send(`0903000900015540${ask}`);
  await master.until(reply);
  expect(master.received()).toBe(reply);
});

test("a line that was unplugged comes back under the same path", async () => {
  const line = await serveSerial([echoDevice(1, [{ kind: "disconnect" }])], join(tempDir(), "line"));
  onTestFinished(line.close);
  const before = await open(line.path);
  before.send(ask);
  await until(async () => {
    const after = await open(line.path).catch(() => undefined);
    after?.send(ask);
    return after?.until(reply).then(() => true);
  });
  expect(before.received()).toBe("");
});

test("it may be closed while it is unplugged", async () => {
  const line = await serveSerial([echoDevice(1, [{ kind: "disconnect" }])], join(tempDir(), "line"));
  const master = await open(line.path);
  master.send(ask);
  await until(
    () =>
      open(line.path)
        .then(() => false)
        .catch(() => true),
    { what: "the path to vanish" },
  );
  await line.close();
  await expect(open(line.path)).rejects.toThrow();
});
