import type { Facts } from "../../../agent/status/facts.ts";
import type { MonthFact } from "../../../agent/status/months.ts";

export const now = Date.UTC(2026, 10, 25, 4);
export const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000] as const;
export const offset = 8 * hour;
/** The end of October in China. */
export const octoberEnds = Date.UTC(2026, 9, 31, 16);

export const month = (more: Partial<MonthFact> = {}): MonthFact => ({
  month: "2026-10",
  to: octoberEnds,
  certificate: null,
  countersigns: true,
  ...more,
});
export const certified = (more: Partial<NonNullable<MonthFact["certificate"]>> = {}) => ({
  cert: "p1-s1-2026-10-1",
  countersigned: true,
  lost: false,
  ...more,
});

/** A site at which everything is as it should be. */
export const fine = (more: Partial<Facts> = {}): Facts => ({
  now,
  offset,
  origin: "test.example/log/1",
  running: true,
  ended: false,
  begun: Date.UTC(2026, 9, 1),
  started: now - 10 * day,
  head: { size: 100, at: now - 2 * second },
  sealEvery: 10 * second,
  checkpoint: { size: 99, at: now - 3 * second },
  unsigned: { entries: 1, since: now - 2 * second },
  service: {
    cosigned: { size: 99, at: now - second },
    uncosigned: { entries: 1, since: now - 2 * second },
    outbox: { entries: 1, since: now - 2 * second },
  },
  clock: { source: "nts", maxErrMs: 4, at: now - 2 * second },
  check: { at: now - 9 * hour, fault: null },
  devices: [
    {
      id: "stack",
      every: 5 * second,
      last: { at: now - 2 * second, seq: 99, values: 24, of: 24, reasons: [] },
      silentSince: null,
    },
  ],
  certificates: {
    due: { days: 40, source: "a municipal plan", verified: false },
    months: [month({ certificate: certified() })],
  },
  ...more,
});

export const withDevice = (more: Partial<Facts["devices"][number]>): Partial<Facts> => ({
  devices: fine().devices.map((one) => ({ ...one, ...more })),
});
export const withService = (more: Partial<NonNullable<Facts["service"]>>): Partial<Facts> => {
  const { service } = fine();
  return service === null ? {} : { service: { ...service, ...more } };
};
export const withMonth = (more: Partial<MonthFact>, at = now): Partial<Facts> => {
  const { certificates } = fine();
  return certificates === null ? {} : { now: at, certificates: { ...certificates, months: [month(more)] } };
};
/** A moment at which everything else is as fresh as it was. */
export const at = (moment: number, facts: Facts): Facts => ({
  ...fine(),
  ...facts,
  now: moment,
  head: { size: 100, at: moment },
  clock: { source: "nts", maxErrMs: 4, at: moment },
  unsigned: { entries: 0, since: null },
  service: null,
  devices: [],
});
