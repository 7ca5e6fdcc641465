import type { Attack } from "../attack.ts";

/** T31 to T42: on the way to the service, and at the service. */
const rows: readonly Omit<Attack, "seen">[] = [
  {
    id: "T31",
    what: "goes on from a restored backup (LK)",
    how: "a smaller tree of the same log, committed",
    codes: ["CP_ROLLBACK"],
  },
  {
    id: "T32",
    what: "goes on from a restored backup with other entries to the same size (LK)",
    how: "committed",
    codes: ["CP_FORK"],
  },
  {
    id: "T33",
    what: "replays an old checkpoint message (NK)",
    how: "through mosquitto, the very bytes of a tree nobody was told of; the witnessed size stays",
    codes: ["CP_ROLLBACK"],
  },
  {
    id: "T34",
    what: "replays a package that was delivered (NK)",
    how: "through mosquitto, the very bytes; the number of entries stays",
    codes: ["DUPLICATE"],
  },
  {
    id: "T35",
    what: "drops every third message",
    how: "a proxy before mosquitto swallows it and acknowledges it in the receiver's name; all entries arrive in the end",
    codes: ["SEQ_GAP"],
  },
  {
    id: "T36",
    what: "reorders, doubles and holds back messages",
    how: "the same proxy hands one on twice and the next half a second late, after those behind it; nothing is lost, doubled or accused",
    codes: ["DUPLICATE"],
  },
  {
    id: "T37",
    what: "uses an unknown key for a known origin (NK)",
    how: "a bundle under a new key",
    codes: ["KEY_UNKNOWN"],
  },
  { id: "T38", what: "signs with the right key id at random (NK)", how: "64 fixed bytes", codes: ["SIG_BAD"] },
  {
    id: "T39",
    what: "goes on with a stolen gateway after its revocation (LK)",
    how: "register with to 20, bundle to 30",
    codes: ["KEY_REVOKED"],
  },
  {
    id: "T40",
    what: "sends entries of a tree that nobody committed to",
    how: "every bundle carries its commitment: once with a proof from a size nobody witnessed, once with entries that its note does not hold",
    codes: ["CP_CONFLICT", "ROOT_MISMATCH"],
  },
  {
    id: "T41",
    what: "replaces an entry after the commitment and before it is sent (LK)",
    how: "once under the note that was committed, once under a new one",
    codes: ["ROOT_MISMATCH", "CP_INCONSISTENT"],
  },
  {
    id: "T42",
    what: "publishes on another gateway's topic",
    how: "two certificates and the access list of mosquitto, which refuses; then as a broker that would let it through",
    codes: ["E_LINK_REFUSED", "CP_ORIGIN"],
  },
];

export const serviceRows: readonly Attack[] = rows.map((row) => ({ ...row, seen: "service" }));
