import Sqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { checks } from "../../../feed/format/faults.ts";
import { newKeyPem, signerFromPem } from "../../../feed/format/note.ts";
import { frontierAt, leafHash, nodeHash, type Subtree } from "../../../feed/format/tree.ts";
import { frame, origin, type TestLog, testLog } from "./log.ts";
import { rowOf, type TestService, testService } from "./service.ts";

const other = testLog(signerFromPem("test.example.cn/log/p-s-g2/1", 1, newKeyPem()));
other.add(20);

/** A log of which 10 entries are mirrored and 20 are witnessed. */
async function begun(gateway: Parameters<typeof testService>[1] = {}): Promise<{ log: TestLog; service: TestService }> {
  const log = testLog();
  log.add(40);
  const service = testService(log, gateway, [rowOf("g2", other.signer.vkey)]);
  await service.take("live", log.bundle(0, 10));
  await service.take("cp", log.commit(10, 20));
  return { log, service };
}

/** The same log up to `size`, and other entries from there on, under the same key. */
function rewritten(log: TestLog, size: number, length = 40): TestLog {
  const lie = testLog(log.signer, "lie");
  lie.entries.push(...log.entries.slice(0, size));
  lie.add(length - size);
  return lie;
}

const lines = (payload: Buffer, change: (text: string) => string): Buffer =>
  Buffer.from(change(payload.toString("utf8")));
const resigned = (log: TestLog, entries: readonly string[]): Buffer => {
  const lie = testLog(log.signer);
  lie.entries.push(...log.entries.slice(0, 10));
  const exact = entries.map((text) => Buffer.from(text));
  for (const bytes of exact) lie.entries.push({ ...hashed(bytes), seq: lie.entries.length });
  return lie.bundle(10, 10 + exact.length);
};
const hashed = (bytes: Buffer) => ({ bytes, hash: leafHash(bytes) });

type Case = [code: string, what: string, lane: "cp" | "live" | "fill", make: (log: TestLog) => Buffer];
const cases: Case[] = [
  ["ENV_SYNTAX", "no bundle", "live", () => Buffer.from("hello")],
  ["ENV_SYNTAX", "more than a mebibyte", "live", () => Buffer.alloc(1_048_577, 120)],
  ["ENV_SYNTAX", "CRLF", "fill", (log) => lines(log.bundle(10, 20), (text) => text.replaceAll("\n", "\r\n"))],
  [
    "ENV_SYNTAX",
    "an old size with a leading zero",
    "cp",
    (log) => lines(log.commit(20, 30), (t) => t.replace("old ", "old 0")),
  ],
  [
    "CP_SYNTAX",
    "a note without signature",
    "cp",
    (log) => lines(log.commit(20, 30), (t) => t.slice(0, t.lastIndexOf("—"))),
  ],
  ["CP_SYNTAX", "a size with a sign", "cp", (log) => lines(log.commit(20, 30), (t) => t.replace("\n30\n", "\n+30\n"))],
  ["CP_ORIGIN", "another registered log's checkpoint", "cp", () => other.commit(0, 20)],
  [
    "KEY_UNKNOWN",
    "an unregistered key of the same name",
    "live",
    (log) => {
      const thief = signerFromPem(origin, 1, newKeyPem());
      return log.bundle(10, 20, { note: log.note(20, { signer: thief }) });
    },
  ],
  [
    "SIG_BAD",
    "a broken signature",
    "live",
    (log) => {
      const thief = signerFromPem(origin, 1, newKeyPem());
      const forged = { vkey: log.signer.vkey, sign: (message: Buffer) => thief.sign(message) };
      return log.bundle(10, 20, { note: log.note(20, { signer: forged }) });
    },
  ],
  ["CP_ROLLBACK", "a smaller tree that was never witnessed", "cp", (log) => log.commit(0, 15)],
  ["CP_FORK", "another tree of the witnessed size", "cp", (log) => rewritten(log, 12).commit(10, 20)],
  ["CP_FORK", "another tree of a size witnessed earlier", "live", (log) => rewritten(log, 5).bundle(0, 10)],
  ["CP_INCONSISTENT", "a larger tree of another history", "cp", (log) => rewritten(log, 12).commit(20, 30)],
  [
    "CP_INCONSISTENT",
    "entries replaced after the commitment",
    "live",
    (log) => rewritten(log, 12).bundle(10, 30, { old: 10 }),
  ],
  ["CP_CONFLICT", "a proof from a size nobody witnessed", "cp", (log) => log.commit(15, 30)],
  [
    "ROOT_MISMATCH",
    "an entry that the note does not cover",
    "live",
    (log) =>
      log.bundle(20, 30, {
        entries: rewritten(log, 25)
          .entries.slice(20, 30)
          .map(({ bytes }) => bytes),
      }),
  ],
  [
    "ROOT_MISMATCH",
    "a frontier of another log",
    "live",
    (log) => log.bundle(21, 30, { frontier: frontierOf(rewritten(log, 5), 21), old: 20 }),
  ],
  [
    "UNPROVEN",
    "another entry in the place of one that is held",
    "fill",
    (log) =>
      log.bundle(5, 10, {
        entries: rewritten(log, 7)
          .entries.slice(5, 10)
          .map(({ bytes }) => bytes),
        old: 20,
      }),
  ],
  ["REC_NONCANON", "an entry with a space", "live", (log) => resigned(log, [text(log, 10).replace(",", ", ")])],
  [
    "REC_SCHEMA",
    "an entry with a member nobody knows",
    "live",
    (log) => resigned(log, [text(log, 10).replace('"v":1', '"v":1,"z":1')]),
  ],
  [
    "SEQ_ORDER",
    "an entry with another number",
    "live",
    (log) => resigned(log, [text(log, 10).replace('"seq":10', '"seq":11')]),
  ],
  [
    "PREV_MISMATCH",
    "an entry that names another predecessor",
    "live",
    (log) =>
      resigned(log, [text(log, 10).replace(/"prev":"[^"]*"/, `"prev":"${Buffer.alloc(32).toString("base64")}"`)]),
  ],
];
const text = (log: TestLog, seq: number): string => log.entries[seq]?.bytes.toString("utf8") ?? "";

const frontierOf = (log: TestLog, size: number): readonly Buffer[] => {
  const subtree: Subtree = (level, index) =>
    level === 0
      ? (log.entries[index]?.hash ?? Buffer.alloc(32))
      : nodeHash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
  return frontierAt(size, subtree).stack;
};

describe("refused, named, and nothing changed", () => {
  test.each(cases)("%s: %s", async (code, _what, lane, make) => {
    const { log, service } = await begun();
    // The entry cases sign a tree that was not witnessed: they are tried on a log that is not ahead.
    const fresh = code.startsWith("REC_") || code.startsWith("SEQ_") || code === "PREV_MISMATCH";
    const at = fresh ? await mirroredOnly() : { log, service };
    const before = await at.service.ledger.holding(at.log.signer.vkey.name);
    const answer = await at.service.take(lane, make(at.log));
    expect(at.service.refused).toEqual([code]);
    expect(await at.service.ledger.holding(at.log.signer.vkey.name)).toEqual(before);
    expect((await at.service.ledger.summary()).entries).toBe(10);
    expect((await at.service.ledger.summary()).codes).toEqual({ [code]: 1 });
    const conflict = code === "CP_CONFLICT";
    expect(answer.receipts).toEqual(conflict ? ["W1 20"] : []);
    expect(answer.nacks.map((nack) => nack.code)).toEqual(["UNPROVEN", "ENV_SYNTAX"].includes(code) ? [] : [code]);
    if (conflict) expect(answer.nacks[0]).toMatchObject({ have: 10, want: [[10, 20]] });
  });

  test("every code of checks 1 to 12 is among them, or has a test of its own", () => {
    const elsewhere = ["GENESIS_BAD", "DUPLICATE", "SEQ_GAP", "KEY_EPOCH", "KEY_REVOKED", "DERIVED_DIFFERS"];
    const later = [
      "KEY_WEAK",
      "KEY_POP",
      "KEY_REUSED",
      "REG_SIG",
      "REG_ROLLBACK",
      ...["LOG_ENDED", "ANCHOR_BAD", "TIME_BRACKET", "TIME_FUTURE", "MONO_BACKWARD", "TIME_STEP", "TIME_BACKWARD"],
      ...["TIME_DRIFT", "LATE_ANCHOR", "CLOCK_UNSYNC", "CFG_UNLOGGED", "RAW_MISMATCH", "CFG_CHANGED"],
      "COSIG_BAD",
      "QUORUM",
      "LEAVES_MISSING",
      "ACK_UNKNOWN",
      "ACK_SIG",
      "ACK_TEXT",
      "ACK_STALE",
    ];
    const tried = new Set([...cases.map(([code]) => code), ...elsewhere, ...later]);
    // Those of certificates are tried on certificates.
    expect(Object.keys(checks).filter((code) => !code.startsWith("CERT_") && !tried.has(code))).toEqual([]);
  });
});

async function mirroredOnly(): Promise<{ log: TestLog; service: TestService }> {
  const log = testLog();
  log.add(40);
  const service = testService(log);
  await service.take("live", log.bundle(0, 10));
  return { log, service };
}

test.each([
  [false, "KEY_EPOCH"],
  [true, "KEY_REVOKED"],
])("a tree above the size up to which the key is valid (revoked: %s) is %s", async (revoked, code) => {
  const { log, service } = await begun({ to: 20, revoked });
  await service.take("live", log.bundle(10, 20));
  expect(service.refused).toEqual([]);
  await service.take("live", log.bundle(20, 30));
  await service.take("cp", log.commit(20, 30));
  expect(service.refused).toEqual([code, code]);
});

test("entry 0 is the registered one, or nothing of the log is taken", async () => {
  const log = testLog();
  log.add(20);
  const service = testService(log, { genesis: Buffer.alloc(32, 1) });
  await service.take("live", log.bundle(0, 10));
  expect(service.refused).toEqual(["GENESIS_BAD"]);
  const right = testService(log, { genesis: log.entries[0]?.hash as Buffer });
  await right.take("live", log.bundle(10, 20, { old: 0 }));
  await right.take("fill", log.bundle(0, 10, { old: 20 }));
  expect(right.refused).toEqual([]);
});

test("a gateway cannot write another's log, and one that nobody registered cannot write at all", async () => {
  const { log, service } = await begun();
  await service.take("live", log.bundle(10, 20), "g2");
  await service.take("live", log.bundle(10, 20), "g3");
  expect(service.refused).toEqual(["CP_ORIGIN", "CP_ORIGIN"]);
});

test("two signed histories: the bytes of the contradicting note are kept for ever, once", async () => {
  const { log, service } = await begun();
  const lie = rewritten(log, 12);
  for (let i = 0; i < 3; i++) await service.take("cp", lie.commit(10, 20));
  const db = new Sqlite(service.path);
  onTestFinished(() => void db.close());
  expect(db.prepare("SELECT code, note FROM refused").all()).toEqual([{ code: "CP_FORK", note: lie.note(20) }]);
  expect(() => db.exec("DELETE FROM refused")).toThrow("nothing is ever deleted");
  expect((await service.ledger.summary()).codes).toEqual({ CP_FORK: 3 });
});

test("a chain that breaks where a gap closes is refused", async () => {
  const log = testLog();
  log.add(12);
  // Entry 12 names another predecessor; its tree is signed all the same. An even start hides the leaf before it.
  const broken = text(testLogOf(log, 13), 12).replace(
    /"prev":"[^"]*"/,
    `"prev":"${Buffer.alloc(32).toString("base64")}"`,
  );
  log.entries.push({ seq: 12, ...hashed(Buffer.from(broken)) });
  log.add(7);
  const after = testService(log);
  await after.take("live", log.bundle(0, 12));
  await after.take("live", log.bundle(12, 20));
  expect(after.refused).toEqual(["PREV_MISMATCH"]);
  const before = testService(log);
  await before.take("live", log.bundle(12, 20, { old: 0 }));
  await before.take("fill", log.bundle(0, 12, { old: 20 }));
  expect(before.refused).toEqual(["PREV_MISMATCH"]);
});
const testLogOf = (log: TestLog, length: number): TestLog => {
  const copy = testLog(log.signer);
  copy.entries.push(...log.entries);
  while (copy.entries.length < length) copy.addBody(frame(copy.entries.length));
  return copy;
};
