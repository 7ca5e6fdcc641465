import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { certifyMonth } from "../../agent/certify/certify.ts";
import { readJournal } from "../../agent/keep/reader.ts";
import { signClose } from "../../feed/cert/close.ts";
import { openCertificate } from "../../feed/cert/form.ts";
import { unbounded } from "../../feed/format/epoch.ts";
import { type CheckCode, severityOf } from "../../feed/format/faults.ts";
import { newKeyPem, signerFromPem } from "../../feed/format/note.ts";
import type { Register, RegisteredLog } from "../../feed/format/registry.ts";
import { sha256 } from "../../feed/format/tree.ts";
import type { Vkey } from "../../feed/format/vkey.ts";
import { verifyFolder } from "../../feed/receiver/verify.ts";
import { control, enter, log, october, optionsFor, origin, policy, receiptFor } from "../agent/certify/october.ts";
import { testSigner } from "../feed/format/sample-log.ts";
import { reportForm } from "../feed/receiver/report-form.ts";
import { tempDir } from "../support/temporary.ts";

/** A month as an honest plant hands it over: its journal, its bundle with receipt and close, and the regulator's register. */
export interface Month {
  readonly journal: string;
  readonly bundle: string;
  readonly register: Register;
}

/** The signer of another plant that is registered too. */
export const neighbour = signerFromPem("dqs.example.cn/log/p2-s1-g2/1", 1, newKeyPem());

export async function certifiedMonth(): Promise<Month> {
  const journal = october();
  enter(journal, "20.5", "lab-17");
  const bundle = join(tempDir(afterAll), "bundle");
  await certifyMonth(optionsFor(journal, bundle));
  const { note } = await receiptFor(journal, readFileSync(join(bundle, "cert.note")), { cleanup: afterAll });
  if (note === undefined) throw new Error("no receipt");
  writeFileSync(join(bundle, "cert.note"), note);
  const open = openCertificate(note, [log.vkey], [control.vkey]);
  if (!open.ok) throw new Error(open.problem.detail);
  const { cert, close, month } = open.value.certificate;
  const certs: [string, string][] = [[cert, sha256(Buffer.from(open.value.text)).toString("base64")]];
  const said = { origin, month, size: close[0], root: close[1], mirrored: 999, certs, t: "2026-11-10T00:00:00.000Z" };
  writeFileSync(join(bundle, "close.note"), signClose(said, control));
  return { journal, bundle, register: registerOf(journal) };
}

function registerOf(dir: string): Register {
  const journal = readJournal(dir);
  const genesis = journal.read(0, 1)[0]?.hash ?? Buffer.alloc(32);
  journal.close();
  const row = (gateway: string, vkey: Vkey, hash: Buffer): RegisteredLog => {
    return { origin: vkey.name, gateway, genesis: hash, keys: [unbounded(vkey)], after: null, next: null };
  };
  const logs = [row("g1", log.vkey, genesis), row("g2", neighbour.vkey, Buffer.alloc(32, 2))];
  const key = testSigner("reg.test.example", 1).vkey;
  return { serial: 1, t: "2026-10-01T00:00:00.000Z", key, policy, logs };
}

interface Said {
  readonly findings: readonly { readonly code: CheckCode }[];
  /** Values that could not be made again from their bytes. */
  readonly unjudged: number;
}

export function reportOf(dir: string, register: Register): Said {
  const lines: string[] = [];
  verifyFolder(dir, register, (line) => void lines.push(line), { json: true });
  const said = JSON.parse(lines.at(-1) ?? "") as Said;
  // Whatever the attack, the report keeps its form, and each code stands at its step.
  const { steps, findings } = reportForm.parse(said);
  const told = steps.flatMap(({ codes }) => codes).sort();
  if (
    told.join() !==
    findings
      .map(({ code }) => code)
      .sort()
      .join()
  )
    throw new Error(`steps tell of ${told}`);
  return said;
}

/** Every code of severity F, R or W that the agency's verifier reports of a folder. */
export function codesOf(dir: string, register: Register): readonly string[] {
  const { findings } = reportOf(dir, register);
  return findings.map(({ code }) => code).filter((code) => severityOf(code) !== "I");
}
