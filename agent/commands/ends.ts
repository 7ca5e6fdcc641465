import type { AgentFaultCode } from "../faults.ts";

const site = ["E_CONFIG_READ", "E_CONFIG"] as const;
const line = ["E_LINE_HELD"] as const;
const read = [
  "E_JOURNAL_MISSING",
  "E_JOURNAL_CORRUPT",
  "E_JOURNAL_BUSY",
  "E_JOURNAL_FULL", // what is shared with the agent beside it takes room too
  "E_JOURNAL_IO",
] as const;
const key = ["E_KEY_MISSING", "E_KEY_MODE", "E_KEY_BAD"] as const;
/** Of whoever goes on with the log that the site file names. */
const own = [...key, "E_JOURNAL_ORIGIN"] as const;
/** Of whoever writes to the journal: it has to be the only one. */
const write = [...read, "E_JOURNAL_HELD", "E_JOURNAL_FORK", "E_JOURNAL_REFUSED"] as const;
const probe = [...site, ...line, "E_PROBE_ARGUMENT", "E_PROBE_PUSHED"] as const;

/** The faults with which each command can end, for its help. */
export const ends = {
  init: [
    ...site,
    "E_JOURNAL_EXISTS",
    "E_JOURNAL_HELD",
    "E_JOURNAL_BUSY",
    "E_JOURNAL_FULL",
    "E_JOURNAL_IO",
    "E_KEY_EXISTS",
    "E_KEY_MODE",
    "E_AFTER",
  ],
  enrol: [...site, ...read, ...own, "E_REQUEST"],
  rotate: [...site, "E_ROTATE_TOKEN", ...write, ...own, "E_LOG_ENDED", "E_REQUEST"],
  prune: [...site, ...write, ...own, "E_PRUNE_MONTH", "E_PRUNE_EARLY", "E_LOG_ENDED", "E_POLICY", "E_CERT_LOST"],
  end: [...site, ...write, ...own, "E_LOG_ENDED"],
  check: [...site],
  status: [...site, ...read, "E_POLICY"],
  run: [...site, ...line, ...write, ...own, "E_POLICY", "E_LINK_SETTING"],
  tail: [...site, ...line, ...read, "E_TAIL_DEVICE"],
  probe: [...probe],
  scan: [...probe],
  deposit: [...site, "E_DEPOSIT_VALUE", "E_DEPOSIT_FILE", "E_DEPOSIT_REFUSED"],
  report: [...site, ...read, "E_DERIVED_UNKNOWN"],
  certify: [
    ...site,
    ...read,
    ...key,
    "E_JOURNAL_FORK",
    "E_LOG_ENDED",
    "E_POLICY",
    "E_EXPORT_EXISTS",
    "E_EXPORT_FAILED",
    "E_EXPORT_PRUNED",
    "E_CERT_SETTING",
    "E_CERT_MONTH",
    "E_CERT_EMPTY",
    "E_CERT_OPEN",
    "E_CERT_STANDS",
    "E_CERT_LOST",
  ],
  explain: [...site, ...read, "E_DERIVED_UNKNOWN"],
  "calibration-enter": [...site, "E_CALIBRATION_ARGUMENT", "E_CALIBRATION_HANDOVER"],
  "calibration-chart": [...site, ...read, "E_CALIBRATION_ARGUMENT"],
  "calibration-rata": ["E_CALIBRATION_TABLE", "E_CALIBRATION_ARGUMENT"],
  export: [...site, ...read, "E_POLICY", "E_EXPORT_EXISTS", "E_EXPORT_FAILED", "E_EXPORT_NOTHING", "E_EXPORT_PRUNED"],
} as const satisfies Record<string, readonly AgentFaultCode[]>;
