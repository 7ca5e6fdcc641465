import { tolerances } from "../../feed/format/checks/tolerances.ts";
import type { Facts, Waiting } from "./facts.ts";
import { countdownOf } from "./months.ts";

/** From when on something is late, or wrong. Times in ms. */
export const statusRules = {
  /** As verifiers remark it (`LATE_ANCHOR`). */
  late: tolerances.late,
  /** Without a cosignature for so long, what was measured could have been made up meanwhile. */
  unproven: 24 * 3_600_000,
  /** Grid steps without a poll. */
  polls: 3,
  /** What a poll or a seal may take besides. */
  grace: 60_000,
  /** The bound of the clock's error, as verifiers remark it (`CLOCK_UNSYNC`). */
  clockErrorMs: tolerances.clockError,
  /** Fewer days until a certificate is due are told. */
  days: 10,
} as const;

export const levels = {
  AGENT_STOPPED: "wrong",
  POLL_MISSED: "wrong",
  DEVICE_SILENT: "wrong",
  NO_VALUE: "remark",
  SIGNATURE_LATE: "remark",
  COSIGNATURE_LATE: "remark",
  COSIGNATURE_MISSING: "wrong",
  OUTBOX_LATE: "remark",
  CLOCK_UNKNOWN: "remark",
  JOURNAL_DAMAGED: "wrong",
  CERT_DUE_SOON: "remark",
  CERT_OVERDUE: "wrong",
  CERT_FILE_LOST: "wrong",
} as const satisfies Record<string, "remark" | "wrong">;
export type StatusCode = keyof typeof levels;

/** `subject`: the device or month. `since`, `until`: Unix ms. `days`: left, or below 0 too late. */
export interface StatusFinding {
  readonly code: StatusCode;
  readonly subject?: string;
  readonly since?: number | null;
  readonly until?: number;
  readonly days?: number;
}

export interface Verdict {
  readonly is: "fine" | "remarks" | "wrong";
  readonly exit: 0 | 2 | 3;
  readonly findings: readonly StatusFinding[];
}

/** Whether it is fine. What is wrong comes first. */
export function judge(facts: Facts): Verdict {
  const found = [
    ...(facts.ended ? [] : measuring(facts)),
    ...serving(facts),
    ...(facts.check?.fault ? [{ code: "JOURNAL_DAMAGED", since: facts.check.at } as const] : []),
    ...certifying(facts),
  ];
  const isWrong = ({ code }: StatusFinding): boolean => levels[code] === "wrong";
  const findings = [...found.filter(isWrong), ...found.filter((one) => !isWrong(one))];
  if (found.some(isWrong)) return { is: "wrong", exit: 2, findings };
  return found.length > 0 ? { is: "remarks", exit: 3, findings } : { is: "fine", exit: 0, findings };
}

function measuring({ now, running, started, devices, clock, unsigned, sealEvery, head }: Facts): StatusFinding[] {
  const { polls, grace, clockErrorMs } = statusRules;
  const found: StatusFinding[] = [];
  if (!running) found.push({ code: "AGENT_STOPPED", since: head.at });
  for (const { id, every, last, silentSince } of devices) {
    // An agent that was started just now has its first poll before it.
    const reference = Math.max(last?.at ?? 0, running ? (started ?? 0) : 0);
    if (now - reference > polls * every + grace)
      found.push({ code: "POLL_MISSED", subject: id, since: last?.at ?? null });
    else if (silentSince !== null) found.push({ code: "DEVICE_SILENT", subject: id, since: silentSince });
    else if (last !== null && last.values === 0) found.push({ code: "NO_VALUE", subject: id, since: last.at });
  }
  if (older(unsigned, now, sealEvery + grace)) found.push({ code: "SIGNATURE_LATE", since: unsigned.since });
  const unknown = clock !== null && (clock.source === "none" || clock.maxErrMs < 0 || clock.maxErrMs > clockErrorMs);
  if (unknown) found.push({ code: "CLOCK_UNKNOWN", since: clock.at });
  return found;
}

function serving({ now, service }: Facts): StatusFinding[] {
  if (service === null) return [];
  const { uncosigned, outbox } = service;
  const found: StatusFinding[] = [];
  if (older(uncosigned, now, statusRules.unproven))
    found.push({ code: "COSIGNATURE_MISSING", since: uncosigned.since });
  else if (older(uncosigned, now, statusRules.late)) found.push({ code: "COSIGNATURE_LATE", since: uncosigned.since });
  if (older(outbox, now, statusRules.late)) found.push({ code: "OUTBOX_LATE", since: outbox.since });
  return found;
}

function certifying({ now, certificates }: Facts): StatusFinding[] {
  return (certificates?.months ?? []).flatMap((one): StatusFinding[] => {
    const stands = countdownOf(one, now, certificates?.due.days ?? 0);
    if (stands.is === "running" || stands.is === "done") return [];
    const { until, daysLeft: days } = stands;
    const told = { subject: one.month, until, days };
    const lost: StatusFinding[] = stands.is === "lost" ? [{ code: "CERT_FILE_LOST", ...told }] : [];
    if (days < 0) return [...lost, { code: "CERT_OVERDUE", ...told }];
    return days < statusRules.days ? [...lost, { code: "CERT_DUE_SOON", ...told }] : lost;
  });
}

const older = ({ since }: Waiting, now: number, than: number): boolean => since !== null && now - since > than;
