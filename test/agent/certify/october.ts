import { join } from "node:path";
import { afterAll } from "vitest";
import type { CertifyOptions } from "../../../agent/certify/certify.ts";
import { createJournal, openJournal } from "../../../agent/keep/open.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { seal } from "../../../agent/keep/seal.ts";
import type { EntryBody } from "../../../feed/format/body.ts";
import { isoTime, readEntry } from "../../../feed/format/entry.ts";
import { unbounded } from "../../../feed/format/epoch.ts";
import { cosignatureLine, newKeyPem, parseNote, type Signer, signerFromPem } from "../../../feed/format/note.ts";
import { formatPolicy, type Policy } from "../../../feed/format/policy.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { receiveCertificates } from "../../../feed/receiver/certificates.ts";
import { createLedger, openLedger } from "../../../feed/receiver/sqlite-ledger.ts";
import { verifyFolder } from "../../../feed/receiver/verify.ts";
import { type Cleanup, tempDir } from "../../support/temporary.ts";

export const origin = "dqs.example.cn/log/p1-s1-g1/1";
export const log = signerFromPem(origin, 1, newKeyPem());
export const witness = signerFromPem("w1.dqs.example.cn", 4, newKeyPem());
export const mirror = signerFromPem("m1.dqs.example.cn", 4, newKeyPem());
/** Of another log of the same plant and stack. */
export const another = signerFromPem("dqs.example.cn/log/p1-s1-g2/1", 1, newKeyPem());
export const control = signerFromPem("ctl.dqs.example.cn", 1, newKeyPem());
export const policy: Policy = {
  logs: [],
  witnesses: [
    { label: "W1", vkey: witness.vkey },
    { label: "M1", vkey: mirror.vkey },
  ],
  groups: [{ label: "Q", threshold: "all", members: ["W1", "M1"] }],
  quorum: "Q",
  control: control.vkey,
};
const east = 8 * 3_600_000;
export const from = Date.UTC(2026, 9, 1) - east;
export const to = Date.UTC(2026, 10, 1) - east;
export const hour = 3_600_000;

/** A journal of October in which little happens: a frame each minute of a few hours, hours and the month derived, a coal report. */
export function october(signer = log): string {
  const dir = join(tempDir(afterAll), "journal");
  const key = { boot: "9f3c1a2e", clk: ["ntp", 4] as const };
  const journal = createJournal(dir, {
    genesis: {
      type: "genesis",
      t: isoTime(millis(from - 40 * hour)),
      origin: signer.vkey.name,
      gen: 1,
      hash: "sha256",
      twin: null,
      keys: [signer.vkey.text],
      plant: "p1",
      stack: "s1",
      dev: { sn: "1", model: "m", tpm: "none" },
      sw: { name: "cems-agent", ver: "0", sha256: Buffer.alloc(32).toString("base64") },
      after: null,
    },
  });
  const sealed = (at: number, ...bodies: EntryBody[]): void => {
    journal.append(...bodies);
    const note = seal(journal, signer);
    if (note === undefined) throw new Error("nothing was sealed");
    const text = parseNote(note.note);
    if (!text.ok) throw new Error("no note");
    const time = Math.floor(at / 1000) + 1;
    const lines = [witness, mirror].map((one) => ({
      name: one.vkey.name,
      time,
      line: cosignatureLine(text.value.text, one, time),
    }));
    journal.cosign(note.size, lines, { witnessed: note.size, mirrored: note.size });
  };
  const frame = (t: number): EntryBody => ({
    type: "frame",
    t: isoTime(millis(t)),
    ...key,
    mono: t - from + 1e9,
    dev: "power",
    cfg: 1,
    raw: [Buffer.from("010302000f", "hex").toString("base64")],
    data: { "power.energy": ["1.5", "N"] },
  });
  const points = { "power.energy": ["MWh", "1:3:0000:uint16:ABCD", "0.1", 1] as const };
  sealed(
    from - hour,
    {
      type: "config",
      t: isoTime(millis(from - hour)),
      dev: "power",
      points,
      reads: [[1, 3, 0, 1]],
      sha256: Buffer.alloc(32).toString("base64"),
      by: "agent",
    },
    {
      type: "config",
      t: isoTime(millis(from - hour)),
      points: { "power.energy": ["MWh", "mean", "1", 1] },
      derive: {
        "power.energy": {
          formula: "mean",
          in: { x: "power.energy" },
          at: "minute",
          longer: "sum",
          constants: "hj",
          regime: "hj",
        },
      },
      east: 480,
      sha256: Buffer.alloc(32).toString("base64"),
      by: "agent",
    },
  );
  sealed(from - 60_000, frame(from - 120_000));
  for (let at = from; at < from + 3 * hour; at += 60_000 * 5) {
    sealed(at + 240_000, ...[0, 1, 2, 3, 4].map((minute) => frame(at + minute * 60_000)));
    const root = journal.head();
    if (at === from + hour) {
      const note = journal.latestCheckpoint();
      const cosig = journal.cosignatures(note?.size ?? 0).map(({ line }) => line);
      journal.append({
        type: "anchor",
        t: isoTime(millis(at + 250_000)),
        boot: key.boot,
        mono: at + 250_000 - from + 1e9,
        size: root.size,
        root: root.root.toString("base64"),
        cosig,
      });
    }
  }
  sealed(from + 3 * hour, {
    type: "derived",
    t: isoTime(millis(from + 3 * hour)),
    period: "hour",
    start: isoTime(millis(from)),
    cfg: 2,
    data: { "power.energy": ["90.0", "N"] },
    n: { "power.energy": [60, 60] },
    of: [4, 64],
  });
  sealed(to - hour, { type: "event", t: isoTime(millis(to - hour)), code: "CLOCK_STEP", detail: "3 s" });
  sealed(to - 30_000, frame(to - 30_000));
  sealed(to + 5000, frame(to + 1000), {
    type: "derived",
    t: isoTime(millis(to + 2000)),
    period: "month",
    start: isoTime(millis(from)),
    cfg: 2,
    data: { "power.energy": ["1116.0", "N"] },
    n: { "power.energy": [31, 31] },
    of: [3, 61],
  });
  journal.close();
  return dir;
}

/** Entered after the month, with its document. */
export function enter(dir: string, value: string, by: string): void {
  const journal = openJournal(dir);
  const t = isoTime(millis(to + 5 * 24 * hour));
  const [doc] = journal.append({
    type: "doc",
    t,
    name: "coal.pdf",
    mime: "application/pdf",
    bytes: 3,
    sha256: Buffer.alloc(32, 1).toString("base64"),
  });
  journal.append({
    type: "manual",
    t,
    code: "ncv-ar.coal",
    value,
    unit: "GJ/t",
    period: "2026-10",
    by,
    docs: [doc?.seq ?? 0],
  });
  seal(journal, log);
  journal.close();
}

export const optionsFor = (journalDir: string, out: string, more: Partial<CertifyOptions> = {}): CertifyOptions => ({
  journalDir,
  state: join(journalDir, ".."),
  quotaBytes: 1e9,
  plant: {
    plant: "p1",
    stack: "s1",
    sector: "power",
    params: [
      { code: "generation", name: "Electricity generated", unit: "MWh", method: "month-of/1 power.energy" },
      { code: "ncv-ar.coal", name: "Net calorific value as received", unit: "GJ/t", method: "entered/1 ncv-ar.coal" },
    ],
  },
  offset: millis(east),
  month: "2026-10",
  out,
  policy: formatPolicy(policy),
  control: [],
  release: { name: "cems-agent", ver: "0.1.0", sha256: Buffer.alloc(32).toString("base64") },
  zh: new Map([["generation", "发电量"]]),
  signer: () => log,
  now: () => millis(to + 6 * 24 * hour),
  ...more,
});

/** A ledger that mirrors the journal, and the note that comes back for a certificate. */
export async function receiptFor(
  journalDir: string,
  cert: Buffer,
  { signer = log, cleanup, folder = tempDir(cleanup) }: { signer?: Signer; folder?: string; cleanup?: Cleanup } = {},
): Promise<{ note?: Buffer; refused: string[]; folder: string }> {
  const own = tempDir(cleanup);
  const { name } = signer.vkey;
  createLedger(join(own, "ledger.db"));
  const ledger = openLedger(join(own, "ledger.db"));
  const journal = readJournal(journalDir);
  const refused: string[] = [];
  let note: Buffer | undefined;
  try {
    let [witnessed, mirrored] = [0, 0];
    for (const sealed of journal.checkpoints(0, 1000)) {
      const leaves = journal.read(mirrored, sealed.size).map(({ seq, bytes, hash }) => {
        const read = readEntry(bytes);
        return { seq, bytes, hash, type: read.ok ? read.value.type : "", readings: 1 };
      });
      const frontier = journal.frontierAt(sealed.size);
      await ledger.keep(name, { seen: { witnessed, mirrored }, tree: sealed, leaves, frontier });
      witnessed = mirrored = sealed.size;
    }
    const certificates = receiveCertificates({
      ledger,
      folder: join(folder, "certificates"),
      control,
      now: () => to,
      send: async (_topic, payload) => {
        note = payload;
      },
      told: {
        countersigned: () => {},
        refused: (_gateway, { code, detail }) => void refused.push(`${code} ${detail}`),
      },
      failed: (fault) => {
        throw fault;
      },
    });
    certificates.take({ id: "g1", log: { name, keys: [unbounded(signer.vkey)] } }, cert);
    await certificates.idle();
  } finally {
    journal.close();
    await ledger.close();
  }
  return { ...(note && { note }), refused, folder };
}

export function verified(dir: string): { status: number; lines: string[] } {
  const lines: string[] = [];
  return { status: verifyFolder(dir, undefined, (line) => void lines.push(line)), lines };
}
