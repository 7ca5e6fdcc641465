import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { checkForm, checkStatement, outside } from "../cert/check.ts";
import { type OpenCertificate, openCertificate } from "../cert/form.ts";
import { makeStatement } from "../cert/statement.ts";
import { writeWhole } from "../files/whole-file.ts";
import { readEntry, type StoredEntry } from "../format/entry.ts";
import { checkEpoch } from "../format/epoch.ts";
import { Fault, type Finding } from "../format/faults.ts";
import { appendLines, type Signer, signatureLine, type Vkey } from "../format/note.ts";
import { topics } from "../format/topics.ts";
import type { Gateway, GatewayLog } from "./gateway.ts";
import type { Ledger } from "./ledger.ts";

export interface CertificatesParts {
  readonly ledger: Pick<Ledger, "holding" | "entries" | "tree" | "refuse">;
  /** Where countersigned certificates are kept. */
  readonly folder: string;
  readonly control: Signer;
  send(topic: string, payload: Buffer): Promise<void>;
  now(): number;
  told: { countersigned(gateway: string, cert: string): void; refused(gateway: string, finding: Finding): void };
  /** The ledger or the folder failed; nothing more is countersigned. */
  failed(fault: unknown): void;
}

export interface ReceivedCertificates {
  /** Checked behind what is received: a month is many entries. */
  take(gateway: Gateway, payload: Buffer): void;
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const portion = 500;
/** Certificates that wait; a plant offers one again that was not answered. */
const most = 64;

export function receiveCertificates(parts: CertificatesParts): ReceivedCertificates {
  const stopping = new AbortController();
  let waiting = 0;
  let work: Promise<void> = Promise.resolve();
  return {
    take: (gateway, payload) => {
      if (waiting >= most) return;
      waiting++;
      work = work
        .then(() => answer(parts, gateway, payload, stopping.signal))
        .catch(parts.failed)
        .finally(() => waiting--);
    },
    idle: () => work,
    stop: async () => {
      stopping.abort();
      await work;
    },
  };
}

async function answer(parts: CertificatesParts, gateway: Gateway, payload: Buffer, signal: AbortSignal): Promise<void> {
  const open = openCertificate(
    payload,
    gateway.log.keys.map(({ vkey }) => vkey),
    [parts.control.vkey],
  );
  const finding = open.ok ? await problemOf(parts, gateway, open.value, signal) : open.problem;
  if (signal.aborted || finding === "later") return;
  if (finding !== undefined || !open.ok) {
    const { code, detail } = finding ?? { code: "CERT_SYNTAX" as const, detail: "" };
    await parts.ledger.refuse({ time: parts.now(), gateway: gateway.id, code, detail });
    parts.told.refused(gateway.id, { code, detail });
    return;
  }
  const { cert } = open.value.certificate;
  const note = countersigned(payload, open.value, parts.control);
  const path = placeOf(parts.folder, gateway.log, cert);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    writeWhole(path, note, 0o640);
    parts.told.countersigned(gateway.id, cert);
  }
  await parts.send(topics(gateway.id).receipt, readFileSync(path));
}

function countersigned(payload: Buffer, { text, signedBy }: OpenCertificate, control: Signer): Buffer {
  const has = signedBy.some((key: Vkey) => key.text === control.vkey.text);
  return has ? payload : Buffer.from(appendLines(payload.toString("utf8"), [signatureLine(text, control)]));
}

/** "later": entries are still missing here; the plant offers it again. */
async function problemOf(
  { ledger, folder }: CertificatesParts,
  { log }: Gateway,
  { certificate, text, signedBy }: OpenCertificate,
  signal: AbortSignal,
): Promise<Finding | "later" | undefined> {
  const { origin, range, close } = certificate;
  if (origin !== log.name) return { code: "CERT_ORIGIN", detail: `of ${origin}, not of ${log.name}` };
  const [form] = checkForm(certificate);
  if (form !== undefined) return form;
  const { mirrored } = await ledger.holding(origin);
  if (mirrored === undefined || mirrored.size < range[1]) return "later";
  const tree = await ledger.tree(origin, close[0]);
  if (tree === undefined || tree.root.toString("base64") !== close[1])
    return { code: "CERT_RANGE", detail: `no tree of ${close[0]} with that root was witnessed` };
  const another = other(placeOf(folder, log, certificate.cert), certificate.cert, text);
  if (another) return another;
  const { before, behind } = outside(certificate);
  const stating = makeStatement({
    month: certificate.month,
    from: Date.parse(certificate.span[0]),
    to: Date.parse(certificate.span[1]),
    wanted: certificate.params,
  });
  const one = async (seq: number): Promise<StoredEntry | undefined> =>
    entryOf(await ledger.entries(origin, seq, seq + 1));
  for (const seq of before) {
    const entry = await one(seq);
    if (entry) stating.take(entry);
  }
  for await (const entry of entriesOf(ledger, origin, range[0], range[1], signal)) stating.take(entry);
  const sha256 = createHash("sha256").update(text).digest("base64");
  let logged = false;
  // Up to the entry that logs it everything of the month counts, also what the certificate does not name.
  for await (const entry of entriesOf(ledger, origin, range[1], mirrored.size, signal)) {
    if (entry.type === "cert" && entry.sha256 === sha256 && entry.cert === certificate.cert) {
      const invalid = checkEpoch(log.keys, signedBy, entry.seq + 1);
      if (invalid) return invalid;
      logged = true;
      break;
    }
    stating.later(entry);
  }
  if (signal.aborted || !logged) return "later";
  if (behind.some((seq) => seq >= mirrored.size)) return "later";
  const { statement } = stating.finish(Date.parse(certificate.closed));
  return checkStatement(certificate, statement).find(({ code }) => code !== "CERT_COVERAGE");
}

async function* entriesOf(
  ledger: Pick<Ledger, "entries">,
  origin: string,
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<StoredEntry> {
  for (let next = from; next < to && !signal.aborted; ) {
    const entries = await ledger.entries(origin, next, Math.min(next + portion, to));
    if (entries.length === 0) throw new Fault("E_LEDGER_CORRUPT", `entry ${next} of ${origin} is not here`);
    for (const bytes of entries) {
      const entry = entryOf([bytes]);
      if (entry) yield entry;
    }
    next += entries.length;
    await turn();
  }
}

function entryOf([bytes]: readonly Buffer[]): StoredEntry | undefined {
  const read = bytes && readEntry(bytes);
  return read?.ok ? read.value : undefined;
}

/** Another certificate of this name was countersigned, which nobody may replace: CERT_SUPERSEDED. */
function other(path: string, cert: string, text: string): Finding | undefined {
  if (!existsSync(path)) return undefined;
  return readFileSync(path, "utf8").startsWith(`${text}\n`)
    ? undefined
    : { code: "CERT_SUPERSEDED", detail: `another ${cert} was countersigned before` };
}

/** Each log has a folder of its own: no plant may take the name of another's certificate, nor a generation that of the one before. */
const folderOf = (folder: string, { name }: GatewayLog): string =>
  join(folder, createHash("sha256").update(name).digest("hex"));
const placeOf = (folder: string, log: GatewayLog, cert: string): string => join(folderOf(folder, log), `${cert}.note`);

/** Certificates of a month that were countersigned, of one log, in the order of their numbers. */
export function countersignedOf(
  folder: string,
  month: string,
  log: GatewayLog,
  control: Vkey,
): readonly OpenCertificate[] {
  const own = folderOf(folder, log);
  if (!existsSync(own)) return [];
  const keys = log.keys.map(({ vkey }) => vkey);
  return readdirSync(own)
    .filter((name) => name.endsWith(".note") && name.includes(`-${month}-`))
    .flatMap((name) => {
      const open = openCertificate(readFileSync(join(own, name)), keys, [control]);
      return open.ok && open.value.certificate.origin === log.name ? [open.value] : [];
    })
    .sort((a, b) => numberOf(a) - numberOf(b));
}

const numberOf = ({ certificate: { cert } }: OpenCertificate): number => Number(cert.slice(cert.lastIndexOf("-") + 1));
