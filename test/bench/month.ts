/** A month of a real plant in a journal: polls, what is derived of them, a cosigned checkpoint each ten seconds, anchors. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certifyMonth } from "../../agent/certify/certify.ts";
import { createJournal } from "../../agent/keep/open.ts";
import type { OpenJournal } from "../../agent/keep/open-journal.ts";
import { seal } from "../../agent/keep/seal.ts";
import { makeDeriving } from "../../feed/derive/deriving.ts";
import { declaredIn, derivedBodies } from "../../feed/derive/entries.ts";
import type { FrameBody } from "../../feed/format/body.ts";
import {
  cosignatureLine,
  newKeyPem,
  parseNote,
  type Signer,
  signatureLine,
  signerFromPem,
} from "../../feed/format/note.ts";
import { formatPolicy } from "../../feed/format/policy.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { anchor, channels, configs, east, frame, from, genesis, poll, to } from "./month-plant.ts";

const [origin, service] = ["bench.example/log/1", "ctl.bench.example"];
const minute = 60_000;
const [day, anchored] = [1440 * minute, 5 * minute];

/** Polls of so many days of October, then silence; the month is closed all the same. Keys and policy lie beside the journal. */
export function makeMonth(folder: string, days: number): void {
  const key = (name: string, file: string, type: 1 | 4): Signer => {
    writeFileSync(join(folder, file), newKeyPem());
    return signerFromPem(name, type, readFileSync(join(folder, file), "utf8"));
  };
  const log = key(origin, "log.pem", 1);
  const control = key(service, "control.pem", 1);
  const cosigners = ["w1", "m1"].map((name) => key(`${name}.bench.example`, `${name}.pem`, 4));
  const witnesses = cosigners.map(({ vkey }, i) => ({ label: `W${i}`, vkey }));
  const groups = [{ label: "Q", threshold: "all", members: witnesses.map(({ label }) => label) }] as const;
  const policy = formatPolicy({ logs: [], witnesses, groups, quorum: "Q", control: control.vkey });
  writeFileSync(join(folder, "policy.txt"), policy);
  const journal = createJournal(join(folder, "journal"), { genesis: genesis(origin, log.vkey.text) });
  try {
    fill(journal, { log, cosigners }, days);
  } finally {
    journal.close();
  }
}

/** Issues the month's certificate, always another one, into a new bundle. */
export async function certify(folder: string, out: string): Promise<void> {
  const log = signerFromPem(origin, 1, readFileSync(join(folder, "log.pem"), "utf8"));
  const params = channels.slice(0, 4).map((id) => {
    return { code: id, name: id, unit: "mg/m3", method: `month-of/1 ${id}` };
  });
  await certifyMonth({
    journalDir: join(folder, "journal"),
    state: folder,
    quotaBytes: 1e11,
    plant: { plant: "bench", stack: "s1", sector: "power", params },
    offset: millis(east),
    month: "2026-10",
    out,
    why: "bench",
    policy: readFileSync(join(folder, "policy.txt"), "utf8"),
    control: [],
    release: { name: "cems-agent", ver: "0", sha256: Buffer.alloc(32).toString("base64") },
    zh: new Map(),
    signer: () => log,
    now: () => millis(to + day),
  });
}

/** As the service does once it holds the entry that names it. */
export function countersign(folder: string, out: string): void {
  const control = signerFromPem(service, 1, readFileSync(join(folder, "control.pem"), "utf8"));
  const path = join(out, "cert.note");
  const note = parseNote(readFileSync(path));
  if (!note.ok) throw new Error(note.problem.detail);
  appendFileSync(path, `${signatureLine(note.value.text, control)}\n`);
}

interface Keys {
  readonly log: Signer;
  readonly cosigners: readonly Signer[];
}

function fill(journal: OpenJournal, keys: Keys, days: number): void {
  const [device, site] = journal.append(...configs).map(({ seq }) => seq) as [number, number];
  sealAt(journal, keys, from - 3_600_000);
  const declared = declaredIn(configs[1] as (typeof configs)[number]);
  const byId = new Map(declared.map((one) => [one.id, one]));
  const deriving = makeDeriving(declared, east, from);
  const derive = (t: number): boolean => {
    const bodies = derivedBodies(deriving.close(t), byId, site, millis(t + 2000));
    if (bodies.length > 0) journal.append(...bodies);
    return bodies.length > 0;
  };
  const polls = Math.round((days * day) / poll);
  for (let n = 0; n < polls; n += 2) {
    const t = from + n * poll;
    const frames = [frame(n, device), frame(n + 1, device)];
    for (const [i, { seq }] of journal.append(...frames).entries())
      for (const [channel, sample] of deriving.samplesOf(frames[i] as FrameBody, seq)) deriving.take(channel, sample);
    if ((t - from) % minute === 0) derive(t);
    const tree = sealAt(journal, keys, t + 6000);
    if ((t - from) % anchored === 0) journal.append(anchor(t + 8000, tree, tree.cosig));
  }
  for (let t = from + days * day; t <= to; t += minute) if (derive(t)) sealAt(journal, keys, t + 3000);
}

function sealAt(journal: OpenJournal, { log, cosigners }: Keys, t: number) {
  const note = seal(journal, log);
  if (note === undefined) throw new Error("nothing was sealed");
  const read = parseNote(note.note);
  if (!read.ok) throw new Error(read.problem.detail);
  const time = Math.floor(t / 1000) + 1;
  const lines = cosigners.map((one) => {
    return { name: one.vkey.name, time, line: cosignatureLine(read.value.text, one, time) };
  });
  journal.cosign(note.size, lines, { witnessed: note.size, mirrored: note.size });
  return { ...note, cosig: lines.map(({ line }) => line) };
}
