import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import { systemClock } from "../../../drivers/clock.ts";
import { loggerLine } from "../../../drivers/hj212/line.ts";
import type { Hj212Profile } from "../../../drivers/profile.ts";
import { packet } from "../../../simulator/logger/crc.ts";
import { freePort } from "../../support/temporary.ts";

const declared = Array.from({ length: 11 }, (_, i) => `LOGGER-${i}`);

test("a line admits each of its loggers, and once more before the old connection is known to be dead", async () => {
  const port = await freePort();
  const news: string[] = [];
  const settings = { id: "cems", transport: "hj212-listen", host: "127.0.0.1", port, acknowledge: true } as const;
  const line = loggerLine(settings, systemClock, (...what) => void news.push(what.join(" ")));
  onTestFinished(() => line.close());
  const profile = loadCatalogue().profiles.get("generic/hj212-2017") as Hj212Profile;
  const pushed: string[] = [];
  const heard = new Map<string, () => void>();
  for (const mn of declared)
    line.sourceOf(mn, profile).start(() => {
      pushed.push(mn);
      heard.get(mn)?.();
    });
  await line.open();
  const dial = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  for (const _old of declared) await dial();
  for (const [second, mn] of declared.entries()) {
    const time = `202603010400${String(second).padStart(2, "0")}`;
    const told = new Promise<void>((resolve) => heard.set(mn, resolve));
    const data = `QN=${time}000;ST=31;CN=2011;PW=123456;MN=${mn};Flag=4;CP=&&DataTime=${time};a21026-Rtd=1.0,a21026-Flag=N&&`;
    const socket = await dial();
    socket.write(packet(data));
    await Promise.race([told, once(socket, "close").then(() => Promise.reject(new Error(news.join("; "))))]);
  }
  expect(pushed).toEqual(declared);
  expect(news).toEqual([]);
});
