import type { Attack } from "../attack.ts";

const overTime = "the whole log as an agency gets it, honest until then";

/** From T51 on: what the catalogue lacks. */
export const furtherRows: readonly Attack[] = [
  {
    id: "T51",
    what: "makes up a log from its beginning with a stolen key, after its revocation (LK)",
    how: "another log under the revoked key, sent from entry 0",
    seen: "service",
    codes: ["CP_FORK"],
  },
  {
    id: "T52",
    what: "goes on with a key that was rotated away (LK)",
    how: "register with to 20, not revoked; bundle to 30",
    seen: "service",
    codes: ["KEY_EPOCH"],
  },
  {
    id: "T53",
    what: "hands the agency another log under the same key and with cosignatures (LK)",
    how: "its entry 0 is not the registered one",
    seen: "offline verifier",
    codes: ["GENESIS_BAD"],
  },
  {
    id: "T54",
    what: "signs with a key of its own and adds a line of the registered one at random (NK)",
    how: "two lines under one note",
    seen: "service",
    codes: ["SIG_BAD"],
  },
  { id: "T55", what: "reads under a configuration that comes later (LK)", how: overTime, codes: ["CFG_UNLOGGED"] },
  { id: "T56", what: "reads under another device's configuration (LK)", how: overTime, codes: ["CFG_UNLOGGED"] },
  { id: "T57", what: "sets the time since boot back (LK)", how: overTime, codes: ["MONO_BACKWARD"] },
  { id: "T58", what: "lets a boot that was over come back (LK)", how: overTime, codes: ["MONO_BACKWARD"] },
  { id: "T59", what: "embeds an anchor with another root (LK)", how: overTime, codes: ["ANCHOR_BAD"] },
  { id: "T60", what: "embeds an anchor of a witness of its own (LK)", how: overTime, codes: ["ANCHOR_BAD"] },
  { id: "T61", what: "begins the log anew under the same key (LK)", how: overTime, codes: ["GENESIS_BAD"] },
  { id: "T62", what: "goes on with a log that was closed (LK)", how: overTime, codes: ["LOG_ENDED"] },
  { id: "T63", what: "rotates to a key that nobody proves to have (LK)", how: overTime, codes: ["KEY_POP"] },
  {
    id: "T64",
    what: "slews the clock and the time since boot slow by 90 s (LK)",
    how: overTime,
    codes: ["TIME_DRIFT"],
  },
].map((row) => ({ seen: "offline verifier", ...row }) as Attack);
