import { expect, test } from "vitest";
import { seal } from "../../agent/keep/seal.ts";
import { events } from "../agent/keep/kit.ts";
import { embeddedBroker } from "../support/embedded-broker.ts";
import { until } from "../support/until.ts";
import { backlog, expectSame, sender, service } from "./drain-kit.ts";

test("over a broker that speaks 3.1.1 only, the same arrives", async () => {
  const url = await embeddedBroker();
  const { journal, signer } = backlog(3200);
  const { policy, ledger, start } = service(url, signer.vkey.text);
  start();
  const sending = sender(journal, policy, url);
  await until(() => journal.mirrored() > 0);
  for (let i = 0; i < 10; i++) {
    journal.append(...events(3));
    seal(journal, signer);
    sending.wake();
  }
  await until(() => journal.mirrored() === journal.head().size, { within: 30_000 });
  expect(journal.head().size).toBe(3231);
  await expectSame(journal, ledger);
});
