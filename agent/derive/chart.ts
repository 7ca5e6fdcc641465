import { asksForAction, type ChartRow, chart, limitsFor } from "../../feed/derive/calibration/chart.ts";
import { type Signal, signals } from "../../feed/derive/calibration/charts.ts";
import type { Point } from "../../feed/derive/calibration/check.ts";
import { checkIn, type KnownCheck } from "../../feed/derive/calibration/proof.ts";
import { decimal, rounded } from "../../feed/derive/decimal.ts";
import type { Absent } from "../../feed/derive/outcome.ts";
import { isoTime, readEntry } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import type { JournalReader } from "../keep/open-journal.ts";

/** The control charts of one point of one channel, from the checks in the journal. */
export interface Chart {
  readonly channel: string;
  readonly point: Point;
  readonly unit: string;
  /** sAMS. */
  readonly deviation: string;
  readonly limits: ReturnType<typeof limitsFor>;
  readonly rows: readonly (Omit<ChartRow, "t"> & { readonly t: string })[];
  /** Of the newest check: what its signals ask for. */
  readonly now: readonly { readonly signal: Signal; readonly asksFor: string; readonly means: string }[];
  readonly inControl: boolean;
}

const mark = Buffer.from('"code":"CALIBRATION_');

/** Checks of a channel that were made at or after `since`, Unix ms. */
export function checksIn(
  journal: Pick<JournalReader, "ofType">,
  channel: string,
  since: number,
): readonly KnownCheck[] {
  const found: KnownCheck[] = [];
  for (const { bytes } of journal.ofType("event", 0)) {
    const read = bytes.includes(mark) ? readEntry(bytes) : undefined;
    const check = read?.ok ? checkIn(read.value) : undefined;
    if (check?.channel === channel && check.t >= since) found.push(check);
  }
  return found;
}

export function chartOf(
  checks: readonly KnownCheck[],
  of: Pick<Chart, "channel" | "point" | "unit" | "deviation">,
): { readonly ok: true; readonly chart: Chart } | Absent {
  const made = chart(
    checks.filter(({ point }) => point === of.point),
    of.deviation,
  );
  if (!made.ok) return made;
  const newest = made.rows.at(-1)?.signals ?? [];
  return {
    ok: true,
    chart: {
      ...of,
      limits: limitsFor(decimal(of.deviation)),
      rows: made.rows.map((row) => ({ ...row, t: isoTime(millis(row.t)) })),
      now: newest.map((signal) => {
        const { consequence, means } = signals[signal];
        return { signal, asksFor: consequence, means };
      }),
      inControl: !newest.some(asksForAction),
    },
  };
}

const places = 4;
const shown = (text: string): string => rounded(decimal(text), places).toFixed();

export function chartText({ channel, point, unit, deviation, limits, rows, now, inControl }: Chart): string {
  const { shewhart, cusum, ewma } = limits;
  const unread = (verified: boolean): string => (verified ? "" : ", not compared with the standard");
  return [
    `${channel}, ${point} checks, in ${unit}; sAMS ${deviation}`,
    `Shewhart: attention beyond ${shown(shewhart.warn)}, action beyond ${shown(shewhart.act)} (Westgard, Clin. Chem. 27 (1981) 493)`,
    `CUSUM: hx ${shown(cusum.hx)}, kx ${shown(cusum.kx)}, hs ${shown(cusum.hs)}, ks ${shown(cusum.ks)} (${cusum.source}${unread(cusum.verified)})`,
    `EWMA: lambda ${ewma.lambda}, limit ${shown(ewma.limit)} (${ewma.source}${unread(ewma.verified)})`,
    "",
    columns(
      "time",
      "-3 s         0        +3 s",
      ["difference", "cusum+", "cusum-", "squares", "ewma"],
      "entry",
      "signals",
    ),
    ...rows.map(({ t, d, cusum, ewma, entry, signals }) =>
      columns(
        t,
        strip(d, deviation),
        [d, cusum.positive, cusum.negative, cusum.squares, ewma.mean].map(shown),
        `${entry}`,
        signals.join(" ") || "-",
      ),
    ),
    ...(rows.length === 0 ? ["no check is in the journal"] : []),
    "",
    inControl ? "in control" : "OUT OF CONTROL",
    ...now.map(({ signal, asksFor, means }) => `${signal}: ${asksFor}; ${means}`),
    "",
  ].join("\n");
}

const columns = (t: string, strip: string, numbers: readonly string[], entry: string, signals: string): string =>
  [
    t.padEnd(24),
    strip.padEnd(2 * half + 1),
    ...numbers.map((one) => one.padStart(10)),
    entry.padStart(9),
    signals,
  ].join(" ");

const half = 12;

/** Where a difference lies between -3 s and +3 s; beyond them at the edge, as < or >. */
function strip(d: string, s: string): string {
  const steps = Number(
    rounded(
      decimal(d)
        .div(s)
        .times(`${half / 3}`),
      0,
    ).toFixed(),
  );
  const cells: string[] = Array.from({ length: 2 * half + 1 }, (_, n) =>
    n === half ? "|" : n % (half / 3) === 0 ? "." : " ",
  );
  const at = Math.max(-half, Math.min(half, steps));
  cells[at + half] = steps > half ? ">" : steps < -half ? "<" : "*";
  return cells.join("");
}
