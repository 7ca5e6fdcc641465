import type { Attack } from "../attack.ts";

/** T01 to T30: the journal on the disk, and what an agency is handed. */
const rows: readonly Omit<Attack, "seen">[] = [
  {
    id: "T01",
    what: "edits one value",
    how: "drops the triggers in SQLite, changes one digit, exports what is there then; hashes the journal again as the agent does every day",
    codes: ["ROOT_MISMATCH", "PREV_MISMATCH", "RAW_MISMATCH", "E_JOURNAL_CORRUPT"],
  },
  {
    id: "T02",
    what: "edits a value and its bytes, fixes the manifest and the certificate (LK)",
    how: "raw and value of one frame agree; the certificate is signed again over the new hashes",
    codes: ["ROOT_MISMATCH", "CERT_NOT_COUNTERSIGNED"],
  },
  {
    id: "T03",
    what: "chains and signs everything anew (LK)",
    how: "all prev, all roots, all signatures of the log; the cosignature lines stay as they were",
    codes: ["COSIG_BAD", "QUORUM"],
  },
  { id: "T04", what: "the same without the cosignature lines (LK)", how: "as T03", codes: ["QUORUM"] },
  {
    id: "T05",
    what: "deletes an entry",
    how: "DELETE of one row in SQLite, then exports what is there",
    codes: ["SEQ_GAP", "PREV_MISMATCH", "ROOT_MISMATCH"],
  },
  {
    id: "T06",
    what: "deletes an entry, numbers and chains the rest anew",
    how: "the notes stay the honest ones",
    codes: ["ROOT_MISMATCH"],
  },
  { id: "T07", what: "reorders", how: "two neighbouring lines exchanged", codes: ["PREV_MISMATCH", "ROOT_MISMATCH"] },
  {
    id: "T08",
    what: "replays a frame inside the log",
    how: "an old line written over a later one",
    codes: ["SEQ_ORDER", "PREV_MISMATCH"],
  },
  {
    id: "T09",
    what: "cuts the tail and its checkpoints, and certifies what is left (LK)",
    how: "50 entries and the notes over them are gone, the certificate is made for the rest",
    codes: ["CERT_TRUNCATED", "CERT_NOT_COUNTERSIGNED"],
  },
  { id: "T10", what: "cuts the tail of the entries alone", how: "30 lines fewer", codes: ["LEAVES_MISSING"] },
  {
    id: "T11",
    what: "signs all with an unregistered key of the same name",
    how: "every note under a new key, cosigned",
    codes: ["KEY_UNKNOWN"],
  },
  {
    id: "T12",
    what: "splices an entry of another plant",
    how: "one line replaced by a frame of the same number",
    codes: ["PREV_MISMATCH", "ROOT_MISMATCH"],
  },
  {
    id: "T13",
    what: "adds a checkpoint of another log",
    how: "a note that another registered plant signed",
    codes: ["CP_ORIGIN"],
  },
  {
    id: "T14",
    what: "back-dates (LK)",
    how: "a frame before the time that is embedded before it",
    codes: ["TIME_BRACKET"],
  },
  { id: "T15", what: "future-dates (LK)", how: "a frame after the cosignature over it", codes: ["TIME_FUTURE"] },
  {
    id: "T16",
    what: "makes up a day offline, then connects again (LK)",
    how: "30 h without service, the entries made in one second",
    codes: ["LATE_ANCHOR"],
  },
  {
    id: "T17",
    what: "sets the clock back, or forward",
    how: "by 30 min and by 4 s in mid-run, the time since boot goes on",
    codes: ["TIME_STEP"],
  },
  {
    id: "T18",
    what: "the same value in another spelling",
    how: "one entry with spaces, one with its members in another order",
    codes: ["REC_NONCANON"],
  },
  {
    id: "T19",
    what: "changes a value of the certificate (LK)",
    how: "signed again, with a receipt as if the service had been fooled",
    codes: ["CERT_VALUE"],
  },
  {
    id: "T20",
    what: "presents the certificate of another month",
    how: "month changed, under the log's key, with a receipt",
    codes: ["CERT_MONTH"],
  },
  {
    id: "T21",
    what: "presents a certificate that was superseded",
    how: "the close names a later one",
    codes: ["CERT_SUPERSEDED"],
  },
  {
    id: "T22",
    what: "signs beyond the size at which the key was revoked",
    how: "register with to 400, note of 500",
    codes: ["KEY_REVOKED"],
  },
  {
    id: "T23",
    what: "forks: one size, two roots (LK)",
    how: "a second note of a size, signed by the log",
    codes: ["CP_FORK"],
  },
  {
    id: "T24",
    what: "pastes a cosignature of another checkpoint",
    how: "the lines of one note under another",
    codes: ["COSIG_BAD"],
  },
  {
    id: "T25",
    what: "alters the time of a cosignature by a second",
    how: "one bit of its 8 bytes",
    codes: ["COSIG_BAD"],
  },
  {
    id: "T26",
    what: "alters the bytes and keeps the value (LK)",
    how: "also no bytes at all, and a value that was left out",
    codes: ["RAW_MISMATCH"],
  },
  {
    id: "T27",
    what: "spells a note otherwise",
    how: "CRLF, tab, byte order mark, an empty line more, 33 signatures, each on its own",
    codes: ["CP_SYNTAX"],
  },
  {
    id: "T28",
    what: "spells the size otherwise (LK)",
    how: "07, a space behind it, +7, 7.0, 2^53, each signed",
    codes: ["CP_SYNTAX"],
  },
  {
    id: "T29",
    what: "changes the configuration",
    how: "another scale, once with its config entry and once without",
    codes: ["CFG_CHANGED", "RAW_MISMATCH"],
  },
  {
    id: "T30",
    what: "certifies without logging it (LK)",
    how: "the proof of the cert entry is left out",
    codes: ["CERT_NOT_LOGGED"],
  },
];

export const bufferRows: readonly Attack[] = rows.map((row) => ({ ...row, seen: "offline verifier" }));
