import { describe, expect, test } from "vitest";
import type { Facts } from "../../../agent/status/facts.ts";
import { judge, levels } from "../../../agent/status/judge.ts";
import { countdownOf } from "../../../agent/status/months.ts";
import {
  at,
  certified,
  day,
  fine,
  hour,
  minute,
  month,
  now,
  octoberEnds,
  second,
  withDevice,
  withMonth,
  withService,
} from "./kit.ts";

const waits = (ms: number) => ({ entries: 7, since: now - ms });
const said = (facts: Partial<Facts>) => {
  const { exit, findings } = judge(fine(facts));
  return [exit, ...findings.map(({ code, subject }) => (subject === undefined ? code : `${code} ${subject}`))];
};
/** The last of the 40 days is 2026-12-10 in China. */
const due = octoberEnds + 40 * day;

const table: readonly (readonly [string, Partial<Facts>, readonly (number | string)[]])[] = [
  ["everything is as it should be", {}, [0]],
  ["no agent runs", { running: false }, [2, "AGENT_STOPPED"]],
  ["no agent runs, and the log was closed", { running: false, ended: true }, [0]],
  ["a closed log is asked for no polls", { running: false, ended: true, ...withDevice({ last: null }) }, [0]],
  ["a poll is late by a step", withDevice({ last: { ...lastPoll(), at: now - 11 * second } }), [0]],
  ["polls are missing", withDevice({ last: { ...lastPoll(), at: now - 76 * second } }), [2, "POLL_MISSED stack"]],
  ["a slow device has its time", withDevice({ every: hour, last: { ...lastPoll(), at: now - 3 * hour } }), [0]],
  ["a device was never polled", withDevice({ last: null }), [2, "POLL_MISSED stack"]],
  ["the agent was started just now", { started: now - 5 * second, ...withDevice({ last: null }) }, [0]],
  [
    "started just now, and stopped again",
    { started: now - 5 * second, running: false, ...withDevice({ last: null }) },
    [2, "AGENT_STOPPED", "POLL_MISSED stack"],
  ],
  ["a device is silent", withDevice({ silentSince: now - hour }), [2, "DEVICE_SILENT stack"]],
  ["a poll without a value", withDevice({ last: { ...lastPoll(), values: 0 } }), [3, "NO_VALUE stack"]],
  ["a poll with a part of its values", withDevice({ last: { ...lastPoll(), values: 3 } }), [0]],
  ["what is not signed is young", { unsigned: waits(69 * second) }, [0]],
  ["what is not signed is old", { unsigned: waits(71 * second) }, [3, "SIGNATURE_LATE"]],
  ["a cosignature is awaited", withService({ uncosigned: waits(15 * minute) }), [0]],
  ["a cosignature is late", withService({ uncosigned: waits(16 * minute) }), [3, "COSIGNATURE_LATE"]],
  ["no cosignature for a day", withService({ uncosigned: waits(25 * hour) }), [2, "COSIGNATURE_MISSING"]],
  ["the outbox is old", withService({ outbox: waits(16 * minute) }), [3, "OUTBOX_LATE"]],
  ["a site that sends nothing has no service to wait for", { service: null }, [0]],
  ["the clock follows nothing", { clock: { source: "none", maxErrMs: -1, at: now } }, [3, "CLOCK_UNKNOWN"]],
  ["the clock is 5 s off", { clock: { source: "ntp", maxErrMs: 5000, at: now } }, [0]],
  ["the clock is further off", { clock: { source: "ntp", maxErrMs: 5001, at: now } }, [3, "CLOCK_UNKNOWN"]],
  ["the journal is damaged", { check: { at: now, fault: "E_JOURNAL_CORRUPT" } }, [2, "JOURNAL_DAMAGED"]],
  ["a site that certifies nothing owes nothing", { certificates: null }, [0]],
  ["a month is not certified, and there is time", withMonth({}), [0]],
  ["a month that is not over", withMonth({ to: now + day }), [0]],
  ["certified, not countersigned", withMonth({ certificate: certified({ countersigned: false }) }), [0]],
  [
    "its note is lost",
    withMonth({ certificate: certified({ lost: true, cert: null }) }),
    [2, "CERT_FILE_LOST 2026-10"],
  ],
];

function lastPoll() {
  return { at: now - 2 * second, seq: 99, values: 24, of: 24, reasons: [] };
}

describe("the verdict", () => {
  test.each(table)("%s", (_, facts, verdict) => expect(said(facts)).toEqual(verdict));

  test("what is wrong is said before what is late", () => {
    const facts = fine({ running: false, clock: { source: "none", maxErrMs: -1, at: now } });
    expect(judge(facts).findings.map(({ code }) => code)).toEqual(["AGENT_STOPPED", "CLOCK_UNKNOWN"]);
  });

  test("every code is given by a row", () => {
    const given = table.flatMap(([, , [, ...codes]]) => codes.map((code) => String(code).split(" ")[0]));
    const countdown = ["CERT_DUE_SOON", "CERT_OVERDUE"];
    expect([...new Set([...given, ...countdown])].sort()).toEqual(Object.keys(levels).sort());
  });
});

describe("the countdown of 40 days", () => {
  const on = (moment: number, more: Parameters<typeof month>[0] = {}) => {
    const stands = countdownOf(month(more), moment, 40);
    const { exit, findings } = judge(at(moment, fine(withMonth(more))));
    return [stands.is, "daysLeft" in stands ? stands.daysLeft : null, exit, findings[0]?.code];
  };
  test.each([
    ["in the last second of the month", octoberEnds - 1, ["running", null, 0, undefined]],
    ["in the first moment after it", octoberEnds, ["missing", 39, 0, undefined]],
    ["with 10 days left", due - 11 * day, ["missing", 10, 0, undefined]],

    ["a day later", due - 10 * day, ["missing", 9, 3, "CERT_DUE_SOON"]],
    ["in the first moment of the last day", due - day, ["missing", 0, 3, "CERT_DUE_SOON"]],
    ["in its last moment", due - 1, ["missing", 0, 3, "CERT_DUE_SOON"]],
    ["when it is over", due, ["missing", -1, 2, "CERT_OVERDUE"]],
    ["a day and a moment late", due + day, ["missing", -2, 2, "CERT_OVERDUE"]],
  ] as const)("%s", (_, moment, stands) => expect(on(moment)).toEqual(stands));

  test("runs on until the service has countersigned", () => {
    const certificate = certified({ countersigned: false });
    expect(on(due, { certificate })).toEqual(["unsigned", -1, 2, "CERT_OVERDUE"]);
    expect(on(due, { certificate, countersigns: false })).toEqual(["done", null, 0, undefined]);
    expect(on(due, { certificate: certified() })).toEqual(["done", null, 0, undefined]);
  });
});
