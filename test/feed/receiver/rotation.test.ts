import { expect, test } from "vitest";
import { unbounded } from "../../../feed/format/epoch.ts";
import { appendLines, newKeyPem, parseNote, signatureLine, signerFromPem } from "../../../feed/format/note.ts";
import { origin, testLog } from "./log.ts";
import { rowOf, testService } from "./service.ts";

/** A log whose key is replaced at 30: that tree is signed by both keys, larger ones by the new key alone. */
function rotated() {
  const log = testLog();
  log.add(60);
  const next = signerFromPem(origin, 1, newKeyPem());
  const note = log.note(30).toString();
  const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
  const both = Buffer.from(appendLines(note, [signatureLine(text, next)]));
  const keys = [
    { ...unbounded(log.signer.vkey), to: 30 },
    { ...unbounded(next.vkey), from: 30 },
  ];
  const service = testService(log);
  return { log, next, both, service, row: { id: "g1", log: { name: origin, keys } } };
}

test("once the register has the new key, both keys are one history", async () => {
  const { log, next, both, service, row } = rotated();
  await service.take("live", log.bundle(0, 20));
  service.register([row]);
  expect(await service.take("live", log.bundle(20, 30, { note: both }))).toMatchObject({ receipts: ["W1 M1 30"] });
  const byNext = { note: log.note(40, { signer: next }) };
  expect(await service.take("live", log.bundle(30, 40, byNext))).toMatchObject({ receipts: ["W1 M1 40"] });
  // Both lines are kept: who reads the mirror sees that the old key agreed.
  const kept = parseNote((await service.ledger.tree(origin, 30))?.note as Buffer);
  expect(kept.ok && kept.value.lines).toHaveLength(2);
  expect(service.refused).toEqual([]);
  await service.take("live", log.bundle(40, 50));
  expect(service.refused).toEqual(["KEY_EPOCH"]);
});

test("until then the tree that both signed is taken, and nothing after it; what was refused is taken later", async () => {
  const { log, next, both, service, row } = rotated();
  await service.take("live", log.bundle(0, 30, { note: both }));
  const later = log.bundle(30, 40, { note: log.note(40, { signer: next }) });
  expect(await service.take("live", later)).toMatchObject({ receipts: [], nacks: [{ code: "KEY_UNKNOWN", have: 30 }] });
  service.register([row]);
  expect(await service.take("live", later)).toMatchObject({ receipts: ["W1 M1 40"] });
});

test("a gateway that the new register does not name is heard no more", async () => {
  const { log, service } = rotated();
  await service.take("live", log.bundle(0, 20));
  service.register([rowOf("g2", log.signer.vkey)]);
  await service.take("live", log.bundle(20, 25));
  expect(service.refused).toEqual(["CP_ORIGIN"]);
});
