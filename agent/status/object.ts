import { isoTime } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import type { Facts, Waiting } from "./facts.ts";
import { levels, type Verdict } from "./judge.ts";
import { countdownOf } from "./months.ts";
import { adviceText, findingText, lastDay } from "./text.ts";

/** The same as one object for machines, described in agent/README.md. Times are UTC; null: there is none. */
export function statusObject(facts: Facts, verdict: Verdict): object {
  const { now, offset, head, checkpoint, service, clock, check, devices, certificates } = facts;
  return {
    form: "cems-status/1",
    at: time(now),
    verdict: verdict.is,
    exit: verdict.exit,
    findings: verdict.findings.map((one) => ({
      code: one.code,
      level: levels[one.code],
      subject: one.subject ?? null,
      since: time(one.since ?? null),
      until: one.until === undefined ? null : lastDay(one.until, offset),
      daysLeft: one.days ?? null,
      means: { en: findingText(one, facts, "en"), zh: findingText(one, facts, "zh") },
      advice: { en: adviceText(one, offset, "en"), zh: adviceText(one, offset, "zh") },
    })),
    agent: { running: facts.running, started: time(facts.started), ended: facts.ended },
    log: { origin: facts.origin, begun: time(facts.begun), size: head.size, newest: time(head.at) },
    checkpoint: {
      size: checkpoint?.size ?? 0,
      newest: time(checkpoint?.at ?? null),
      unsigned: waiting(facts.unsigned),
    },
    service: service && {
      cosigned: { size: service.cosigned.size, at: time(service.cosigned.at) },
      uncosigned: waiting(service.uncosigned),
      outbox: waiting(service.outbox),
    },
    clock: clock && { source: clock.source, maxErrMs: clock.maxErrMs, at: time(clock.at) },
    check: check && { at: time(check.at), fault: check.fault },
    devices: devices.map(({ id, every, last, silentSince }) => ({
      id,
      everyMs: every,
      silentSince: time(silentSince),
      last: last && { at: time(last.at), entry: last.seq, values: last.values, of: last.of, reasons: last.reasons },
    })),
    certificates: certificates && {
      due: certificates.due,
      months: certificates.months.map((one) => {
        const stands = countdownOf(one, now, certificates.due.days);
        const isOpen = stands.is !== "running" && stands.is !== "done";
        return {
          month: one.month,
          is: stands.is,
          certificate: one.certificate?.cert ?? null,
          countersigned: one.certificate?.countersigned ?? false,
          until: isOpen ? lastDay(stands.until, offset) : null,
          daysLeft: isOpen ? stands.daysLeft : null,
        };
      }),
    },
  };
}

const waiting = ({ entries, since }: Waiting) => ({ entries, since: time(since) });
const time = (at: number | null): string | null => (at === null ? null : isoTime(millis(at)));
