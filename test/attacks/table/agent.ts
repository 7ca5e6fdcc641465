import type { Attack } from "../attack.ts";

/** T43 to T50: what the agent itself must withstand. */
const rows: readonly Omit<Attack, "seen">[] = [
  {
    id: "T43",
    what: "forges a receipt and a nack (NK)",
    how: "on the way down, under keys of a stranger; nothing is taken for mirrored and nothing is sent again",
    codes: ["ACK_SIG"],
  },
  {
    id: "T44",
    what: "kills the agent between a poll and the receipt",
    how: "SIGKILL at nine points: at the poll, before and after each commit takes effect; all that was said to be durable is there, no size is signed twice, the log goes on",
    codes: [],
  },
  {
    id: "T45",
    what: "cuts the power",
    how: "what is left of each file is what was flushed of it, by a library that is loaded before libc; with synchronous=NORMAL the same test loses what was signed",
    codes: [],
  },
  {
    id: "T46",
    what: "runs two clones of one gateway",
    how: "the state copied to a second plant, both started; the second learns of it from the service and signs no more; one that goes on is refused",
    codes: ["E_JOURNAL_FORK", "CP_FORK"],
  },
  {
    id: "T47",
    what: "loses the tail of the journal",
    how: "20 rows deleted in SQLite, then started online; they come back byte for byte",
    codes: ["TAIL_RECOVERED"],
  },
  {
    id: "T48",
    what: "fills the disk",
    how: "a real file system of 2 MB; the agent stops with its own status, has kept all it acknowledged, and goes on when there is room",
    codes: ["E_JOURNAL_FULL"],
  },
  {
    id: "T49",
    what: "comes with a wrong certificate, or an old TLS",
    how: "expired, revoked, of another authority, and a broker of TLS 1.2: each refused, while the agent keeps what it reads",
    codes: ["E_LINK_TLS"],
  },
  {
    id: "T50",
    what: "signs with SM2 and an empty id",
    how: "by the openssl command line; the same key with the id of the standard is accepted",
    codes: ["SIG_BAD"],
  },
];

export const agentRows: readonly Attack[] = rows.map((row) => ({ ...row, seen: "agent" }));
