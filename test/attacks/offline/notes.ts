import { openClose, signClose } from "../../../feed/cert/close.ts";
import { checkpointText } from "../../../feed/format/checkpoint.ts";
import { signNote } from "../../../feed/format/note.ts";
import { control, log, origin } from "../../agent/certify/october.ts";
import type { Perform, Performs } from "../attack.ts";
import { type Month, neighbour } from "../month.ts";
import { Stolen } from "../stolen.ts";

/** The name of a checkpoint in the middle of the month. */
const middle = (stolen: Stolen): string => stolen.notes[7] ?? "";

/** Each change of one note on its own; the codes that every one of them gave. */
const eachNote =
  (changes: readonly ((note: string) => string)[]): Perform =>
  (month: Month) =>
    changes
      .map((change) => {
        const stolen = new Stolen(month);
        return stolen.edit(middle(stolen), change).codes();
      })
      .reduce((all, codes) => all.filter((code) => codes.includes(code)));

const lines = (note: string): string[] => note.trimEnd().split("\n").slice(4);

export const noteAttacks: Performs = {
  T13: (month) => {
    const text = checkpointText({ origin: neighbour.vkey.name, size: 9, root: Buffer.alloc(32, 7) });
    return new Stolen(month).write("checkpoints/other.note", signNote(text, neighbour)).codes();
  },
  T21: (month) => {
    const stolen = new Stolen(month);
    const close = openClose(Buffer.from(stolen.text("close.note")), [control.vkey]);
    if (!close.ok) throw new Error(close.problem.detail);
    const later: [string, string] = ["p1-s1-2026-10-2", Buffer.alloc(32, 5).toString("base64")];
    const said = { ...close.value, certs: [...close.value.certs, later] };
    return stolen.write("close.note", signClose(said, control)).codes();
  },
  T23: (month) => {
    const stolen = new Stolen(month);
    const size = Number(stolen.text(middle(stolen)).split("\n")[1]);
    const fork = signNote(checkpointText({ origin, size, root: Buffer.alloc(32, 9) }), log);
    return stolen.write("checkpoints/fork.note", fork).codes();
  },
  T24: (month) => {
    const stolen = new Stolen(month);
    const pasted = lines(stolen.text(stolen.notes[8] ?? "")).slice(1);
    return stolen
      .edit(middle(stolen), (note) =>
        note
          .split("\n")
          .toSpliced(5, 2, ...pasted)
          .join("\n"),
      )
      .codes();
  },
  T25: eachNote([
    (note) =>
      note.replace(/^(— w1\S+ )(\S+)$/m, (_, head: string, line: string) => {
        const bytes = Buffer.from(line, "base64");
        bytes[11] = (bytes[11] ?? 0) ^ 1;
        return `${head}${bytes.toString("base64")}`;
      }),
  ]),
  T27: eachNote([
    (note) => note.replaceAll("\n", "\r\n"),
    (note) => note.replace("\n", "\t\n"),
    (note) => `\ufeff${note}`,
    (note) => note.replace("\n\n", "\n\n\n"),
    (note) => note + `${lines(note)[0]}\n`.repeat(33),
  ]),
  T28: eachNote(
    ["07", "7 ", "+7", "7.0", "9007199254740992"].map((size) => (note) => {
      const text = note
        .slice(0, note.indexOf("\n\n") + 1)
        .split("\n")
        .toSpliced(1, 1, size)
        .join("\n");
      return signNote(text, log);
    }),
  ),
};
