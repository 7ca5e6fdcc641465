import { expect, test } from "vitest";
import type { EntryBody } from "../../../feed/format/body.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { isPicked, secretOf } from "../../../feed/receiver/draw.ts";
import type { Ledger } from "../../../feed/receiver/ledger.ts";
import { type RecomputingParts, startRecomputing } from "../../../feed/receiver/recomputing.ts";
import { testLog } from "./log.ts";
import { rowOf, testKeys, testService } from "./service.ts";

/** Of a declaration that is none: found at once. */
const lie: EntryBody = {
  type: "derived",
  t: "2026-10-01T00:01:02.000Z",
  period: "minute",
  start: "2026-10-01T00:00:00.000Z",
  cfg: 0,
  data: { so2: ["102.58", "N"] },
  n: { so2: [12, 12] },
  of: [1, 13],
};

function logWith(...lies: readonly number[]) {
  const log = testLog();
  for (let seq = 0; seq < 300; seq++) {
    if (lies.includes(seq)) log.addBody(lie);
    else log.add(1);
  }
  return log;
}

function begin(ledger: Ledger, more: Partial<RecomputingParts>) {
  return startRecomputing({
    ledger,
    share: 1,
    tolerances: "exact",
    secret: Buffer.alloc(32),
    now: () => millis(0),
    differs: () => {},
    failed: (fault) => {
      throw fault;
    },
    ...more,
  });
}

test("what was waiting when a receiver stopped is done by the next, and nothing twice", async () => {
  const log = logWith(20, 200);
  const service = testService(log);
  const findings: string[] = [];
  const told: Partial<RecomputingParts> = {
    gateways: [rowOf("g1", log.signer.vkey)],
    differs: (_, { detail }) => findings.push(detail.split(",")[0] ?? ""),
  };
  const first = begin(service.ledger, told);
  await first.idle();
  service.mirrored = first.mirrored;
  await service.take("fill", log.bundle(0, 100));
  await first.idle();
  await first.stop();
  expect([findings, await service.ledger.recomputed(log.signer.vkey.name)]).toEqual([["entry 20"], 100]);
  service.mirrored = undefined;
  await service.take("fill", log.bundle(100, 300));
  await begin(service.ledger, told).idle();
  expect(findings).toEqual(["entry 20", "entry 200"]);
});

test("a finding is counted once, though a receiver was killed before it noted how far it had come", async () => {
  const log = logWith(20);
  const service = testService(log);
  await service.take("fill", log.bundle(0, 300));
  let found = 0;
  const told: Partial<RecomputingParts> = { differs: () => (found += 1) };
  for (let n = 0; n < 2; n++) {
    const killed = begin({ ...service.ledger, recomputed: async () => 0 }, told);
    killed.mirrored(rowOf("g1", log.signer.vkey), 0);
    await killed.idle();
  }
  expect([found, (await service.ledger.summary()).codes]).toEqual([2, { DERIVED_DIFFERS: 1 }]);
});

test("a ledger that fails stops it, and says so once", async () => {
  const log = logWith();
  const failed: unknown[] = [];
  const broken = async (): Promise<never> => {
    throw new Error("no disk");
  };
  const service = testService(log);
  const recomputing = begin({ ...service.ledger, computed: broken }, { failed: (fault) => failed.push(fault) });
  service.mirrored = recomputing.mirrored;
  await service.take("live", log.bundle(0, 100));
  await recomputing.idle();
  await service.take("live", log.bundle(100, 200));
  await recomputing.idle();
  expect(failed).toEqual([new Error("no disk")]);
});

test("the share is a draw that only the service can repeat", () => {
  const hashes = Array.from({ length: 2000 }, (_, n) => Buffer.alloc(32, `${n}`));
  const [a, b] = [testKeys(), testKeys()].map(secretOf) as [Buffer, Buffer];
  const picked = (secret: Buffer, share: number): Buffer[] => hashes.filter((one) => isPicked(one, { secret, share }));
  expect([picked(a, 0).length, picked(a, 1).length]).toEqual([0, 2000]);
  expect(picked(a, 0.1)).toEqual(picked(a, 0.1));
  expect(picked(a, 0.1)).not.toEqual(picked(b, 0.1));
});
