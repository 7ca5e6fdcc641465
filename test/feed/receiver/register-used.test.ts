import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { unbounded } from "../../../feed/format/epoch.ts";
import { newKeyPem, signerFromPem } from "../../../feed/format/note.ts";
import { type Register, signRegister } from "../../../feed/format/registry.ts";
import { initReceiver } from "../../../feed/receiver/init.ts";
import { loadKeys, policyOf } from "../../../feed/receiver/keys.ts";
import { runReceiver } from "../../../feed/receiver/run.ts";
import { loadSettings } from "../../../feed/receiver/settings.ts";
import { embeddedBroker } from "../../support/embedded-broker.ts";
import { tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";

const reg = signerFromPem("reg.a.example", 1, newKeyPem());
const log = signerFromPem("a.example/log/1", 1, newKeyPem()).vkey;

/** A receiver with a register in its settings, not running yet. */
async function receiver() {
  const dir = join(tempDir(), "receiver");
  initReceiver(dir, "a.example");
  const policy = policyOf(loadKeys(join(dir, "keys"), "a.example"));
  const file = join(dir, "register.note");
  const publish = (serial: number, by = reg): void => {
    const row = {
      origin: log.name,
      gateway: "g1",
      genesis: Buffer.alloc(32),
      keys: [unbounded(log)],
      after: null,
      next: null,
    };
    const register: Register = { serial, t: "2026-10-01T00:00:00.000Z", key: by.vkey, policy, logs: [row] };
    writeFileSync(file, signRegister(register, by));
  };
  const read = loadSettings(join(dir, "receiver.yaml"));
  if (!read.ok) throw new Error(JSON.stringify(read.problem));
  const broker = { url: await embeddedBroker(), clientId: "r" };
  const settings = { ...read.value, broker, register: { file, key: reg.vkey } };
  const told: string[] = [];
  const write = (line: string): void => {
    const { msg, serial, code } = JSON.parse(line) as { msg: string; serial?: number; code?: string };
    told.push([msg, serial ?? code].filter((word) => word !== undefined).join(" "));
  };
  const start = () => {
    const end = new AbortController();
    const running = runReceiver(settings, end.signal, pino({ level: "info" }, { write }));
    const stop = async (): Promise<void> => {
      end.abort();
      await running;
    };
    return { running, stop };
  };
  const hears = (line: string) => until(() => told.includes(line), { what: `${line} among ${told.join(", ")}` });
  return { publish, start, hears, told };
}

test("a new register is taken up while the receiver runs, and an old or a strange one is not", async () => {
  const { publish, start, hears } = await receiver();
  publish(5);
  const { stop } = start();
  onTestFinished(stop);
  await hears("receiving");
  await hears("register 5");
  publish(6);
  await hears("register 6");
  publish(4);
  process.emit("SIGHUP");
  await hears("the register is not taken up REG_ROLLBACK");
  publish(7, signerFromPem("reg.a.example", 1, newKeyPem()));
  process.emit("SIGHUP");
  await hears("the register is not taken up REG_SIG");
});

test("a receiver that used a register does not start with an earlier one, nor without one", async () => {
  const { publish, start, hears } = await receiver();
  const refused = expect.objectContaining({ code: "E_REGISTER" });
  await expect(start().running).rejects.toEqual(refused);
  publish(5);
  const { stop } = start();
  await hears("register 5");
  await stop();
  publish(4);
  await expect(start().running).rejects.toEqual(refused);
});
