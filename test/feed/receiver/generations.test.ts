import { expect, test } from "vitest";
import { newKeyPem, signerFromPem } from "../../../feed/format/note.ts";
import { testLog } from "./log.ts";
import { rowOf, testService } from "./service.ts";

/** One gateway that began anew: its first log signs up to 20, its second is the one it writes now. */
function twoGenerations() {
  const first = testLog();
  first.add(40);
  const second = testLog(signerFromPem("test.example.cn/log/p-s-g1/2", 1, newKeyPem()));
  second.add(30);
  return { first, second, service: testService(first, { to: 20 }, [rowOf("g1", second.signer.vkey)]) };
}

test("two generations of one gateway are two histories, and neither is a fork of the other", async () => {
  const { first, second, service } = twoGenerations();
  expect(await service.take("live", first.bundle(0, 10))).toMatchObject({ receipts: ["W1 M1 10"], nacks: [] });
  expect(await service.take("live", second.bundle(0, 10))).toMatchObject({ receipts: ["W1 M1 10"], nacks: [] });
  // What the first one still had under way comes late.
  expect(await service.take("cp", first.commit(10, 20))).toMatchObject({ receipts: ["W1 20"], nacks: [] });
  expect(await service.take("fill", first.bundle(10, 20, { old: 20 }))).toMatchObject({ receipts: ["W1 M1 20"] });
  expect(await service.take("live", second.bundle(10, 30))).toMatchObject({ receipts: ["W1 M1 30"] });
  const sizes = await Promise.all([first, second].map(({ signer }) => service.ledger.holding(signer.vkey.name)));
  expect(sizes.map(({ mirrored }) => mirrored?.size)).toEqual([20, 30]);
  expect(service.refused).toEqual([]);
});

test("the old key is valid up to its end, and the new one is not bound by it", async () => {
  const { first, second, service } = twoGenerations();
  await service.take("live", second.bundle(0, 30));
  const { nacks } = await service.take("live", first.bundle(0, 30));
  expect(nacks).toMatchObject([{ code: "KEY_EPOCH", for: first.signer.vkey.name }]);
});

test("a key signs for its own generation only", async () => {
  const { first, second, service } = twoGenerations();
  const forged = second.bundle(0, 30, { note: second.note(30, { signer: first.signer }) });
  await service.take("live", forged);
  const renamed = first.bundle(0, 10, { note: first.note(10, { origin: second.signer.vkey.name }) });
  await service.take("live", renamed);
  expect(service.refused).toEqual(["KEY_UNKNOWN", "KEY_UNKNOWN"]);
});

test("a question is answered about the newest generation", async () => {
  const { first, second, service } = twoGenerations();
  await service.take("live", first.bundle(0, 10));
  await service.take("live", second.bundle(0, 30));
  const question = Buffer.from(JSON.stringify({ state: "online", nonce: "0a" }));
  expect(await service.take("status", question)).toMatchObject({
    receipts: ["W1 M1 30"],
    nacks: [{ code: "HEAD", nonce: "0a", for: second.signer.vkey.name, have: 30 }],
  });
});
