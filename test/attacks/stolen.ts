import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Certificate, openCertificate, signCertificate } from "../../feed/cert/form.ts";
import { fromBase64 } from "../../feed/format/base64.ts";
import { canonical, type Json } from "../../feed/format/canonical.ts";
import { checkpointText } from "../../feed/format/checkpoint.ts";
import { appendLines, parseNote, type Signer, signatureLine, signNote } from "../../feed/format/note.ts";
import { type Frontier, leafHash, pushLeaf, rootOf } from "../../feed/format/tree.ts";
import { control, log, origin } from "../agent/certify/october.ts";
import { tempDir } from "../support/temporary.ts";
import { codesOf, type Month } from "./month.ts";

type Entry = Record<string, Json>;

/** A copy of the bundle in the attacker's hand, who may hold the log's key, and never a witness's. */
export class Stolen {
  readonly dir = join(tempDir(), "bundle");
  readonly month: Month;
  constructor(month: Month) {
    this.month = month;
    cpSync(month.bundle, this.dir, { recursive: true });
  }

  text(name: string): string {
    return readFileSync(join(this.dir, name), "utf8");
  }
  write(name: string, text: string | Buffer): this {
    writeFileSync(join(this.dir, name), text);
    return this;
  }
  edit(name: string, change: (text: string) => string): this {
    const [before, after] = [this.text(name), change(this.text(name))];
    if (after === before) throw new Error(`${name} was not changed`);
    return this.write(name, after);
  }
  get lines(): string[] {
    return this.text("leaves.jsonl").trimEnd().split("\n");
  }
  /** The lines of the entries, replaced by others. */
  relined(change: (lines: string[]) => string[]): this {
    return this.write(
      "leaves.jsonl",
      change(this.lines)
        .map((line) => `${line}\n`)
        .join(""),
    );
  }
  /** Names of the checkpoints, the smallest tree first. */
  get notes(): string[] {
    const size = (name: string): number => Number(this.text(name).split("\n")[1]);
    return readdirSync(join(this.dir, "checkpoints"))
      .map((name) => `checkpoints/${name}`)
      .sort((a, b) => size(a) - size(b));
  }
  drop(name: string): this {
    rmSync(join(this.dir, name));
    return this;
  }

  /** The tree before the first entry. */
  get opening(): Frontier {
    const stack = this.text("open.frontier")
      .split(/\s+/)
      .flatMap((word) => fromBase64(word, 32) ?? []);
    const [first = "{}"] = this.lines;
    return { size: Number((JSON.parse(first) as Entry).seq), stack };
  }
  /** Numbers and chains all entries anew, as whoever holds nothing but them can. */
  rechained(): this {
    let { size } = this.opening;
    let prev: Buffer | undefined;
    return this.relined((lines) =>
      lines.map((line) => {
        const entry = JSON.parse(line) as Entry;
        const again = { ...entry, seq: size++, ...(prev && { prev: prev.toString("base64") }) };
        const bytes = canonical(again);
        prev = leafHash(Buffer.from(bytes));
        return bytes;
      }),
    );
  }
  rootAt(wanted: number): Buffer {
    let tree = this.opening;
    for (const line of this.lines.slice(0, wanted - tree.size)) tree = pushLeaf(tree, leafHash(Buffer.from(line)));
    return rootOf(tree);
  }
  /** Signs every checkpoint anew over the entries as they are now, with the cosignature lines that were there or without. */
  resigned(keep: boolean): this {
    for (const name of this.notes) {
      const note = parseNote(Buffer.from(this.text(name)));
      if (!note.ok) throw new Error(note.problem.detail);
      const size = Number(note.value.text.split("\n")[1]);
      const others = note.value.lines.filter((line) => line.name !== origin).map(({ line }) => line);
      const signed = signNote(checkpointText({ origin, size, root: this.rootAt(size) }), log);
      this.write(name, keep ? appendLines(signed, others) : signed);
    }
    return this;
  }

  get certificate(): Certificate {
    const open = openCertificate(Buffer.from(this.text("cert.note")), [log.vkey], [control.vkey]);
    if (!open.ok) throw new Error(open.problem.detail);
    return open.value.certificate;
  }
  /** Another certificate under the log's key; with a receipt only if the service was fooled. */
  recertified(change: (certificate: Certificate) => Certificate, receipt?: Signer): this {
    const hashed = (name: string): [string, string] => {
      const bytes = readFileSync(join(this.dir, name));
      return [createHash("sha256").update(bytes).digest("base64"), createHash("sm3").update(bytes).digest("base64")];
    };
    const { manifest, ...rest } = this.certificate;
    const names = Object.keys(manifest);
    const fixed = { ...rest, manifest: Object.fromEntries(names.map((name) => [name, hashed(name)])) };
    const note = signCertificate(change(fixed), log);
    const parsed = parseNote(note);
    if (!parsed.ok) throw new Error(parsed.problem.detail);
    if (receipt === undefined) return this.write("cert.note", note);
    return this.write("cert.note", appendLines(note.toString(), [signatureLine(parsed.value.text, receipt)]));
  }

  codes(): readonly string[] {
    return codesOf(this.dir, this.month.register);
  }
}
