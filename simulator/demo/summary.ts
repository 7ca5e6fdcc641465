/** What happened to the readings of a run, from the wire to the mirror. */
export interface RunSummary {
  /** Readings that polls gave, with a value or with a reason why there is none. */
  readonly taken: number;
  /** Of these, readings without a value: they are kept and sent as the others are. */
  readonly missing: number;
  /** Of these, readings in the agent's journal. */
  readonly kept: number;
  /** Readings in bundles that the broker has taken. */
  readonly published: number;
  /** Readings in the receiver's ledger: every check passed. */
  readonly verified: number;
  /** Readings that the mirror has countersigned. */
  readonly acknowledged: number;
  /** Messages of the agent that the receiver refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
}

export const lost = ({ taken, acknowledged }: RunSummary): number => taken - acknowledged;
const refusals = ({ refused }: RunSummary): number => Object.values(refused).reduce((sum, n) => sum + n, 0);
/** Why the run cannot be called well, in words; undefined: it can. */
export function whatIsWrong(summary: RunSummary): string | undefined {
  if (summary.taken === 0) return "it ended before the first reading";
  const found = [
    ...(lost(summary) === 0 ? [] : [`${lost(summary)} readings were not acknowledged`]),
    ...(refusals(summary) === 0 ? [] : [`${refusals(summary)} messages were refused`]),
  ];
  return found.length === 0 ? undefined : found.join(", ");
}

export function renderSummary(summary: RunSummary): string {
  const codes = Object.entries(summary.refused).map(([code, n]) => `${code} ${n}`);
  const rows: readonly [string, number, string][] = [
    ["taken", summary.taken, "readings of the meters, with or without a value"],
    ["missing", summary.missing, "of these without a value; the reason why is kept and sent in its place"],
    ["kept", summary.kept, "durable and chained in the agent's journal"],
    ["published", summary.published, "in bundles the broker has taken"],
    ["verified", summary.verified, "checked by the receiver"],
    ["acknowledged", summary.acknowledged, "countersigned by the mirror"],
    ["lost", lost(summary), "taken, and not acknowledged"],
    ["refused", refusals(summary), codes.length > 0 ? `messages: ${codes.join(", ")}` : "messages that failed a check"],
  ];
  return rows.map(([name, n, means]) => `  ${name.padEnd(12)} ${String(n).padStart(8)}  ${means}`).join("\n");
}
