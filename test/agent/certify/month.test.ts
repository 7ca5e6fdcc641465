import { createHash } from "node:crypto";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CertifyOptions, certifyMonth } from "../../../agent/certify/certify.ts";
import { createJournal, openJournal } from "../../../agent/keep/open.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { type Close, signClose } from "../../../feed/cert/close.ts";
import { type Certificate, openCertificate, signCertificate } from "../../../feed/cert/form.ts";
import type { EntryBody } from "../../../feed/format/body.ts";
import { isoTime, readEntry } from "../../../feed/format/entry.ts";
import {
  appendLines,
  cosignatureLine,
  newKeyPem,
  parseNote,
  signatureLine,
  signerFromPem,
} from "../../../feed/format/note.ts";
import { formatPolicy, type Policy } from "../../../feed/format/policy.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { countersignedOf, receiveCertificates } from "../../../feed/receiver/certificates.ts";
import { createLedger, openLedger } from "../../../feed/receiver/sqlite-ledger.ts";
import { verifyFolder } from "../../../feed/receiver/verify.ts";
import { tempDir } from "../../support/temporary.ts";

const origin = "dqs.example.cn/log/p1-s1-g1/1";
const log = signerFromPem(origin, 1, newKeyPem());
const witness = signerFromPem("w1.dqs.example.cn", 4, newKeyPem());
const mirror = signerFromPem("m1.dqs.example.cn", 4, newKeyPem());
const control = signerFromPem("ctl.dqs.example.cn", 1, newKeyPem());
const policy: Policy = {
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
const from = Date.UTC(2026, 9, 1) - east;
const to = Date.UTC(2026, 10, 1) - east;
const hour = 3_600_000;

/** A journal of October in which little happens: a frame each minute of a few hours, hours and the month derived, a coal report. */
function october(): string {
  const dir = join(tempDir(afterAll), "journal");
  const key = { boot: "9f3c1a2e", clk: ["ntp", 4] as const };
  const journal = createJournal(dir, {
    genesis: {
      type: "genesis",
      t: isoTime(millis(from - 40 * hour)),
      origin,
      gen: 1,
      hash: "sha256",
      twin: null,
      keys: [log.vkey.text],
      plant: "p1",
      stack: "s1",
      dev: { sn: "1", model: "m", tpm: "none" },
      sw: { name: "cems-agent", ver: "0", sha256: Buffer.alloc(32).toString("base64") },
      after: null,
    },
  });
  const sealed = (at: number, ...bodies: EntryBody[]): void => {
    journal.append(...bodies);
    const note = seal(journal, log);
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
    cfg: 1,
    raw: [],
    data: { "power.energy": ["1.5", "N"] },
  });
  const points = { "power.energy": ["MWh", "1:3:0000:u16:AB", "1", 1] as const };
  sealed(from - hour, {
    type: "config",
    t: isoTime(millis(from - hour)),
    dev: "power",
    points,
    sha256: Buffer.alloc(32).toString("base64"),
    by: "agent",
  });
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
        mono: 1,
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
    cfg: 1,
    data: { "power.energy": ["90.0", "N"] },
    n: { "power.energy": [60, 60] },
    of: [3, 63],
  });
  sealed(
    to - hour,
    { type: "event", t: isoTime(millis(to - hour)), code: "CLOCK_STEP", detail: "3 s" },
    frame(to - 30_000),
  );
  sealed(to + 5000, frame(to + 1000), {
    type: "derived",
    t: isoTime(millis(to + 2000)),
    period: "month",
    start: isoTime(millis(from)),
    cfg: 1,
    data: { "power.energy": ["1116.0", "N"] },
    n: { "power.energy": [31, 31] },
    of: [2, 60],
  });
  journal.close();
  return dir;
}

/** Entered after the month, with its document. */
function enter(dir: string, value: string, by: string): void {
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

const optionsFor = (journalDir: string, out: string, more: Partial<CertifyOptions> = {}): CertifyOptions => ({
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
  signer: () => log,
  now: () => millis(to + 6 * 24 * hour),
  ...more,
});

/** A ledger that mirrors the journal, and the note that comes back for a certificate. */
async function receiptFor(
  journalDir: string,
  cert: Buffer,
): Promise<{ note?: Buffer; refused: string[]; folder: string }> {
  const folder = tempDir();
  createLedger(join(folder, "ledger.db"));
  const ledger = openLedger(join(folder, "ledger.db"));
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
      await ledger.keep(origin, { seen: { witnessed, mirrored }, tree: sealed, leaves, frontier });
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
    certificates.take({ id: "g1", log: log.vkey }, cert);
    await certificates.idle();
  } finally {
    journal.close();
    await ledger.close();
  }
  return { ...(note && { note }), refused, folder };
}

function verified(dir: string): { status: number; lines: string[] } {
  const lines: string[] = [];
  return { status: verifyFolder(dir, undefined, (line) => void lines.push(line)), lines };
}

describe("a month", () => {
  let dir: string;
  let out: string;
  beforeAll(async () => {
    dir = october();
    enter(dir, "20.5", "lab-17");
    out = join(tempDir(afterAll), "bundle");
    await certifyMonth(optionsFor(dir, out));
  });
  const certificate = () => {
    const open = openCertificate(readFileSync(join(out, "cert.note")), [log.vkey], [control.vkey]);
    if (!open.ok) throw new Error(open.problem.detail);
    return open.value;
  };

  test("is certified from the journal alone", () => {
    const { params, frames, events, clock, gaps, anchor, cfg, docs, manual } = certificate().certificate;
    expect(params.map(({ code, value, n, expected }) => [code, value, n, expected])).toEqual([
      ["generation", ["1116.0", "N"], 31, 31],
      ["ncv-ar.coal", ["20.5", "N"], 1, 1],
    ]);
    expect([frames, events, clock]).toEqual([181, { CLOCK_STEP: 1 }, { maxErrMs: 4, steps: 1, unsync: 0 }]);
    expect([gaps.count, gaps.list]).toEqual([
      1,
      [[isoTime(millis(from + 3 * hour - 60_000)), isoTime(millis(to - 30_000))]],
    ]);
    expect([anchor.count, cfg, docs.length, manual.length]).toEqual([1, [1], 1, 1]);
  });

  test("is verified offline and needs the service's signature", async () => {
    expect(verified(out).lines.at(-1)).toBe("REFUSED: CERT_NOT_COUNTERSIGNED");
    const { note, refused } = await receiptFor(dir, readFileSync(join(out, "cert.note")));
    expect(refused).toEqual([]);
    writeFileSync(join(out, "cert.note"), note ?? "");
    expect(verified(out).lines.slice(-1)[0]).toMatch(/^VALID/);
  });

  test("is written again byte for byte, and replaced only with a reason", async () => {
    const again = join(tempDir(), "again");
    const made = await certifyMonth(optionsFor(dir, again));
    expect(made.issued).toBe(false);
    expect(readFileSync(join(again, "leaves.jsonl")).equals(readFileSync(join(out, "leaves.jsonl")))).toBe(true);
    expect(readFileSync(join(again, "hourly.csv")).equals(readFileSync(join(out, "hourly.csv")))).toBe(true);
  });

  /** The bundle with another certificate, signed by the log's own key and countersigned as if the service had been fooled. */
  const forged = (change: (certificate: Certificate) => Certificate): { lines: string[] } => {
    const copy = join(tempDir(), "forged");
    cpSync(out, copy, { recursive: true });
    const note = signCertificate(change(certificate().certificate), log);
    const parsed = parseNote(note);
    if (!parsed.ok) throw new Error(parsed.problem.detail);
    writeFileSync(join(copy, "cert.note"), appendLines(note.toString(), [signatureLine(parsed.value.text, control)]));
    return verified(copy);
  };
  const codes = ({ lines }: { lines: string[] }): string => lines.at(-1) ?? "";

  test.each([
    [
      "a value",
      "CERT_VALUE",
      (c) => ({ ...c, params: c.params.map((one) => ({ ...one, value: ["9.00", "N"] as const })) }),
    ],
    ["the count of frames", "CERT_VALUE", (c) => ({ ...c, frames: 40_000 })],
    ["a gap left out", "CERT_GAP_UNDECLARED", (c) => ({ ...c, gaps: { count: 0, seconds: 0, list: [] } })],
    ["a gap cut short", "CERT_GAP_UNDECLARED", (c) => ({ ...c, gaps: { ...c.gaps, seconds: 1 } })],
    ["an event left out", "CERT_VALUE", (c) => ({ ...c, events: {}, clock: { ...c.clock, steps: 0 } })],
    ["the tamper window made small", "CERT_VALUE", (c) => ({ ...c, anchor: { ...c.anchor, max: 1 } })],
    ["the month's end moved", "CERT_MONTH", (c) => ({ ...c, span: [c.span[0], c.closed] as const })],
    ["another month", "CERT_MONTH", (c) => ({ ...c, month: "2026-09" })],
    ["the range cut", "CERT_RANGE", (c) => ({ ...c, range: [c.range[0], c.range[1] - 1] as const })],
    ["another tree", "CERT_RANGE", (c) => ({ ...c, close: [c.close[0], c.open[1]] as const })],
    ["the time of closing", "CERT_VALUE", (c) => ({ ...c, closed: c.span[1] })],
    ["another log", "CERT_ORIGIN", (c) => ({ ...c, origin: "dqs.example.cn/log/other/1" })],
    [
      "the hash of a file",
      "CERT_MANIFEST",
      (c) => ({ ...c, manifest: { ...c.manifest, "hourly.csv": c.manifest["leaves.jsonl"] } }),
    ],
    ["a document nobody proves", "LEAVES_MISSING", (c) => ({ ...c, docs: [...c.docs, 9999] })],
    ["anything at all", "CERT_NOT_LOGGED", (c) => ({ ...c, cert: "p1-s1-2026-10-2" })],
  ] as readonly (readonly [string, string, (c: Certificate) => Certificate])[])(
    "is refused with %s changed: %s",
    (_what, code, change) => {
      expect(codes(forged(change))).toContain(code);
    },
  );

  test("is refused by the service too when a value is not what its entries give", async () => {
    const lie = certificate().certificate;
    const note = signCertificate({ ...lie, params: lie.params.map((one) => ({ ...one, n: 7 })) }, log);
    const { note: answer } = await receiptFor(dir, note);
    expect(answer).toBeUndefined(); // no entry names it: it stays without answer
  });

  test("shows a cut hourly table, and a closing statement that says more", () => {
    const copy = join(tempDir(), "cut");
    cpSync(out, copy, { recursive: true });
    writeFileSync(join(copy, "hourly.csv"), "");
    expect(codes(verified(copy))).toContain("CERT_MANIFEST");
    const { cert, close, month } = certificate().certificate;
    const closed = (more: Partial<Close>): void =>
      writeFileSync(
        join(out, "close.note"),
        signClose(
          {
            origin,
            month,
            size: close[0],
            root: close[1],
            mirrored: 999,
            certs: [[cert, textHash()]],
            t: isoTime(millis(to)),
            ...more,
          },
          control,
        ),
      );
    const textHash = (): string => createHash("sha256").update(certificate().text).digest("base64");
    closed({});
    expect(codes(verified(out))).not.toMatch(/CERT_(TRUNCATED|SUPERSEDED|MONTH|ORIGIN|SIG)/);
    closed({ size: close[0] + 50 });
    expect(codes(verified(out))).toContain("CERT_TRUNCATED");
    closed({
      certs: [
        [cert, textHash()],
        ["p1-s1-2026-10-2", textHash()],
      ],
    });
    expect(codes(verified(out))).toContain("CERT_SUPERSEDED");
    closed({ month: "2026-09" });
    expect(codes(verified(out))).toContain("CERT_MONTH");
    rmSync(join(out, "close.note"));
  });
});

test("a corrected report is a certificate of its own that supersedes the first", async () => {
  const dir = october();
  enter(dir, "20.5", "lab-17");
  await certifyMonth(optionsFor(dir, join(tempDir(), "first")));
  enter(dir, "19.8", "lab-17");
  const refused = certifyMonth(optionsFor(dir, join(tempDir(), "none")));
  await expect(refused).rejects.toMatchObject({ code: "E_CERT_STANDS", message: expect.stringContaining("params") });
  const out = join(tempDir(), "second");
  const { certificate } = await certifyMonth(optionsFor(dir, out, { why: "report corrected" }));
  expect([certificate.cert, certificate.supersedes?.cert]).toEqual(["p1-s1-2026-10-2", "p1-s1-2026-10-1"]);
  expect(certificate.params[1]).toMatchObject({ value: ["19.8", "N"], n: 2 });
  const { note, refused: problems, folder } = await receiptFor(dir, readFileSync(join(out, "cert.note")));
  expect([note?.length !== undefined, problems]).toEqual([true, []]);
  expect(countersignedOf(join(folder, "certificates"), "2026-10", log.vkey, control.vkey)).toHaveLength(1);
});
