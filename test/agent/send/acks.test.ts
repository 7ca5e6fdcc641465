import { expect, onTestFinished, test } from "vitest";
import { seal } from "../../../agent/keep/seal.ts";
import { readAck } from "../../../agent/send/acks.ts";
import { encodeNack } from "../../../feed/format/control.ts";
import type { Finding } from "../../../feed/format/faults.ts";
import { appendLines, cosignatureLine, newKeyPem, type Signer, signerFromPem } from "../../../feed/format/note.ts";
import { policyOf } from "../../../feed/receiver/keys.ts";
import { testKeys } from "../../feed/receiver/service.ts";
import { makeJournal } from "../keep/kit.ts";
import { makePlant } from "./plant.ts";
import { seconds } from "./time.ts";

const keys = testKeys();
const policy = policyOf(keys);

function sealedJournal() {
  const made = makeJournal();
  onTestFinished(() => made.journal.close());
  const note = seal(made.journal, made.signer)?.note.toString("utf8") ?? "";
  const [text = ""] = note.split("\n\n");
  const signed = (signers: readonly Signer[], time = 1000): Buffer =>
    Buffer.from(
      appendLines(
        note,
        signers.map((signer) => cosignatureLine(`${text}\n`, signer, time)),
      ),
    );
  const read = (payload: Buffer, newest = new Map<string, number>()) => readAck(payload, policy, made.journal, newest);
  return { ...made, note, signed, read };
}
const code = (result: ReturnType<typeof readAck>): string | undefined => (result.ok ? undefined : result.problem.code);

test("W1 says witnessed; M1 says that and mirrored", () => {
  const { signed, read } = sealedJournal();
  expect(read(signed([keys.witness]))).toMatchObject({
    ok: true,
    value: { size: 1, witnessed: true, mirrored: false },
  });
  expect(read(signed([keys.mirror]))).toMatchObject({ ok: true, value: { size: 1, witnessed: true, mirrored: true } });
  expect(read(signed([keys.witness, keys.mirror]))).toMatchObject({ ok: true, value: { lines: [{}, {}] } });
});

test("a note without a line of the policy's witnesses is ACK_UNKNOWN", () => {
  const { note, signed, read } = sealedJournal();
  expect(code(read(Buffer.from(note)))).toBe("ACK_UNKNOWN");
  expect(code(read(signed([signerFromPem("w9.example.cn", 4, newKeyPem())])))).toBe("ACK_UNKNOWN");
  // The right name under another key is another key.
  expect(code(read(signed([signerFromPem(keys.mirror.vkey.name, 4, newKeyPem())])))).toBe("ACK_UNKNOWN");
});

test("a line that does not verify is ACK_SIG, whatever else is there", () => {
  const { signed, read } = sealedJournal();
  const forger: Signer = { vkey: keys.mirror.vkey, sign: () => Buffer.alloc(64, 1) };
  expect(code(read(signed([keys.witness, forger])))).toBe("ACK_SIG");
});

test("a text that is not that of our own note is ACK_TEXT", () => {
  const { read } = sealedJournal();
  const other = sealedJournal();
  expect(code(read(other.signed([keys.witness, keys.mirror])))).toBe("ACK_TEXT");
});

test("a time before the last one of the same name is ACK_STALE, the same time is not", () => {
  const { signed, read } = sealedJournal();
  const newest = new Map([[keys.mirror.vkey.name, 1000]]);
  expect(code(read(signed([keys.mirror], 999), newest))).toBe("ACK_STALE");
  expect(code(read(signed([keys.mirror], 1000), newest))).toBeUndefined();
});

test("garbage is a finding", () => {
  const { read } = sealedJournal();
  for (const text of ["", "\n\n", "hello", "a\n\n— b c\n"]) expect(code(read(Buffer.from(text)))).toBe("CP_SYNTAX");
});

test("a forged receipt or nack moves nothing; neither does an old nack that is played again", async () => {
  const plant = makePlant();
  const findings: Finding[] = [];
  const nacks: string[] = [];
  plant.grow(10);
  const sending = plant.start({
    onRefused: (finding) => findings.push(finding),
    onNack: ({ code }) => nacks.push(code),
  });
  await plant.up();
  plant.passed.length = 0;
  const nack = {
    code: "SEQ_GAP",
    for: plant.journal.origin,
    have: 0,
    want: [[0, 11] as const],
    nonce: "ab",
    t: "2026-01-01T00:00:00Z",
  };
  await plant.inject("ctl", encodeNack(nack, testKeys().control));
  await plant.inject("ctl", Buffer.from("nack"));
  const [text = ""] = plant.journal.latestCheckpoint()?.note.toString("utf8").split("\n\n") ?? [];
  plant.grow(5);
  const forged = cosignatureLine(`${text}\n`, testKeys().mirror, 2_000_000_000);
  await plant.inject(
    "ack",
    Buffer.from(appendLines(plant.journal.latestCheckpoint()?.note.toString("utf8") ?? "", [forged])),
  );
  expect(findings.map((finding) => finding.code)).toEqual(["ACK_SIG", "CP_SYNTAX", "ACK_UNKNOWN"]);
  expect([plant.journal.mirrored(), nacks, plant.passed]).toEqual([11, [], []]);
  expect(sending.counts().nacks).toBe(0);
  await plant.clock.advance(seconds(1));
  expect(plant.journal.mirrored()).toBe(11);
});

test("a nack of the service itself, but not for a message we sent lately, is an old one", async () => {
  const plant = makePlant();
  plant.grow(10);
  const nacks: Buffer[] = [];
  let fills = 0;
  plant.copies = ({ lane, payload }) => {
    if (lane === "ctl") nacks.push(payload);
    return lane === "fill" && ++fills === 1 ? 0 : 1;
  };
  for (let i = 0; i < 20; i++) plant.grow(60);
  const sending = plant.start();
  await plant.up();
  expect(sending.counts().nacks).toBe(1);
  const mirrored = plant.journal.mirrored();
  const again = plant.start();
  await plant.settle();
  plant.passed.length = 0;
  for (const nack of nacks) await plant.inject("ctl", nack);
  expect(again.counts().nacks).toBe(0);
  expect(plant.journal.mirrored()).toBe(mirrored);
});

test("an answer to an earlier question says nothing any more", async () => {
  const plant = makePlant();
  const heads: Buffer[] = [];
  plant.copies = ({ lane, payload }) => {
    if (lane === "ctl") heads.push(payload);
    return 1;
  };
  plant.start();
  await plant.up();
  plant.grow(10);
  await plant.down();
  await plant.up();
  expect(plant.journal.mirrored()).toBe(11);
  plant.passed.length = 0;
  // The first answer said that nothing was held.
  await plant.inject("ctl", heads[0] ?? Buffer.alloc(0));
  expect([heads.length, plant.passed]).toEqual([2, []]);
});
