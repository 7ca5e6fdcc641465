/** Attacks on keys: unknown, forged, revoked. Offline on real files, online on a receiver with a ledger. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  appendLines,
  cosignatureLine,
  newKeyPem,
  type Signer,
  signatureLine,
  signerFromPem,
  signNote,
} from "../../feed/format/note.ts";
import { openRegister, type Register, signRegister } from "../../feed/format/registry.ts";
import { verifyFolder } from "../../feed/receiver/verify.ts";
import {
  logSigner,
  mirror,
  origin,
  type SampleLog,
  sampleLog,
  testSigner,
  witness,
} from "../feed/format/sample-log.ts";
import { testLog } from "../feed/receiver/log.ts";
import { testService } from "../feed/receiver/service.ts";
import { exportFiles, writeFiles } from "../interop/export-directory.ts";
import { tempDir } from "../support/temporary.ts";
import type { Performs } from "./attack.ts";

const registry = testSigner("reg.test.example", 1);

function registerOf(log: SampleLog, epoch: { readonly to: number | null; readonly revoked: boolean }): Register {
  const row = {
    origin,
    gateway: "g1",
    genesis: log.entries[0]?.hash as Buffer,
    keys: [{ vkey: logSigner.vkey, from: 0, ...epoch }],
    after: null,
    next: null,
  };
  const witnesses = [
    { label: "W1", vkey: witness.vkey },
    { label: "M1", vkey: mirror.vkey },
  ];
  const groups = [{ label: "Q", threshold: "all" as const, members: ["W1", "M1"] }];
  const policy = { logs: [], witnesses, groups, quorum: "Q" };
  return { serial: 1, t: "2026-10-01T00:00:00.000Z", key: registry.vkey, policy, logs: [row] };
}

/** Every code that the offline verifier prints of a bundle, by a register. */
function verified(log: SampleLog, notes: readonly Buffer[], register: Register): readonly string[] {
  const size = log.entries.length;
  const dir = writeFiles(join(tempDir(), "bundle"), new Map([...exportFiles(log, 0, size, [])]));
  for (const [index, note] of notes.entries()) writeFileSync(join(dir, "checkpoints", `${index}.note`), note);
  const read = openRegister(signRegister(register, registry), registry.vkey);
  if (!read.ok) throw new Error(read.problem.detail);
  const lines: string[] = [];
  verifyFolder(dir, read.value, (line) => lines.push(line));
  const [, codes = ""] = /^REFUSED: (.*)$/.exec(lines.at(-1) ?? "") ?? [];
  return codes === "" ? [] : codes.split(" ");
}

const cosigned = (log: SampleLog, size: number, by: Signer = logSigner): Buffer => {
  const text = log.text(size);
  const lines = [witness, mirror].map((cosigner) => cosignatureLine(text, cosigner, 1_790_812_801 + 5 * size));
  return Buffer.from(appendLines(signNote(text, by), lines));
};

const valid = { to: null, revoked: false };
const sizes = [400, 500] as const;

/** A receiver that holds 20 entries of a log of 40. */
async function online(epoch: Parameters<typeof testService>[1] = {}) {
  const log = testLog();
  log.add(40);
  const service = testService(log, epoch);
  await service.take("live", log.bundle(0, 20));
  return { log, service };
}

/** Who knows a key's name and id, and not the key. */
const forgerOf = ({ vkey }: Signer): Signer => ({ vkey, sign: () => Buffer.alloc(64, 0x5a) });

export const keyAttacks: Performs = {
  T11: async () => {
    const log = sampleLog(500);
    const swapped = signerFromPem(origin, 1, newKeyPem());
    return verified(
      log,
      sizes.map((size) => cosigned(log, size, swapped)),
      registerOf(log, valid),
    );
  },
  T22: async () => {
    const log = sampleLog(500);
    return verified(
      log,
      sizes.map((size) => cosigned(log, size)),
      registerOf(log, { to: 400, revoked: true }),
    );
  },
  T37: async () => {
    const { log, service } = await online();
    const stranger = signerFromPem(log.signer.vkey.name, 1, newKeyPem());
    await service.take("live", log.bundle(20, 30, { note: log.note(30, { signer: stranger }) }));
    return service.refused;
  },
  T38: async () => {
    const { log, service } = await online();
    const forger = forgerOf(log.signer);
    await service.take("live", log.bundle(20, 30, { note: log.note(30, { signer: forger }) }));
    return service.refused;
  },
  T39: async () => {
    const { log, service } = await online({ to: 20, revoked: true });
    await service.take("live", log.bundle(20, 30));
    return service.refused;
  },
  T51: async () => {
    const { log, service } = await online({ to: 20, revoked: true });
    const other = testLog(log.signer, "made up");
    other.add(20);
    await service.take("live", other.bundle(0, 20));
    return service.refused;
  },
  T52: async () => {
    const { log, service } = await online({ to: 20, revoked: false });
    await service.take("live", log.bundle(20, 30));
    return service.refused;
  },
  T53: async () => {
    const log = sampleLog(500);
    const forged = sampleLog(500, "forged");
    return verified(
      forged,
      sizes.map((size) => cosigned(forged, size)),
      registerOf(log, valid),
    );
  },
  T54: async () => {
    const { log, service } = await online();
    const forger = forgerOf(log.signer);
    const stranger = signerFromPem(forger.vkey.name, 1, newKeyPem());
    const note = log.note(30, { signer: stranger });
    const text = note.toString().slice(0, note.toString().lastIndexOf("\n\n") + 1);
    const both = Buffer.from(appendLines(note.toString(), [signatureLine(text, forger)]));
    await service.take("live", log.bundle(20, 30, { note: both }));
    return service.refused;
  },
};

/** What must stay without a finding. */
export const honestKeys: Performs = {
  "what the key signed up to the size of its revocation stays valid": async () => {
    const log = sampleLog(400);
    return verified(log, [cosigned(log, 400)], registerOf(log, { to: 400, revoked: true }));
  },
};
