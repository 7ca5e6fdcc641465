import { addressText } from "../../drivers/dcon/request.ts";
import { awaitFor, timingOf, waitFor } from "../../drivers/line/timing.ts";
import { type AskedLine, type Attempt, type Surroundings, wasClosed } from "./conversation.ts";
import { longerWait } from "./earlier.ts";
import type { Finding } from "./findings.ts";
import type { Late } from "./heard.ts";
import type { Named } from "./identity.ts";
import { anyMeter, findMeter, meterFindings, talkMeters } from "./meters.ts";
import { findModule, moduleFindings, talkModules } from "./modules.ts";
import { noLine } from "./no-line.ts";
import { hearFrom, hearOut, identify, knock, talkModbus } from "./talk.ts";

/** What came of one unit id. */
export type Knocked =
  | { readonly is: "closed"; readonly finding: Finding }
  /** None where nobody answers; more than one where a unit that was asked before answers only now. */
  | { readonly is: "heard"; readonly rows: readonly Row[] };

export interface Row {
  readonly unit: string;
  readonly answer: string;
  readonly ms: number;
  readonly identity: readonly Named[];
}

/** How the units of one line are asked, and what that takes at most, in ms. */
export interface Scanner {
  readonly line: AskedLine;
  readonly units: readonly string[];
  /** Until the first question may go out. */
  readonly openMs: number;
  /** A unit that does not answer: its deadline, and the silence after it. */
  readonly unitMs: number;
  /** A unit that does: the questions for its identity, if it leaves them unanswered. */
  readonly foundMs: number;
  /** After the last unit, if that left its question unanswered: it may answer late. */
  readonly lastMs: number;
  open(): { knock(unit: string): Promise<Knocked>; hearOut(): Promise<readonly Row[]>; close(): Promise<void> };
}

const connectMs = 3000;
/** A question that is not answered costs a deadline, and where a serial line is behind it two more of silence (drivers/README.md). */
const waitsFor = (line: AskedLine): number => (line.transport === "tcp" || line.transport === "udp" ? 1 : 3);
/** Timers, the opening of the port, the system's own work. */
const slackMs = 20;
const identityBytes = 252;
const meterChars = 60;
const moduleChars = 40;

/** One scanner, or where modules may use checksums or not, one for each: who is found by the first is not asked by the second. */
export function scannersFor(line: AskedLine, units: readonly number[], around: Surroundings): readonly Scanner[] {
  if (line.transport !== "dcon" && line.transport !== "dcon-over-tcp") return [scannerFor(line, units, around)];
  const found = new Set<number>();
  return [line, { ...line, checksum: !line.checksum }].map((one) => scannerFor(one, units, around, found));
}

function scannerFor(
  line: AskedLine,
  units: readonly number[],
  around: Surroundings,
  found = new Set<number>(),
): Scanner {
  const waits = waitsFor(line);
  const timing = timingOf(line);
  const opening = "host" in line ? connectMs : 200;
  const costs = (unitWait: number, foundWait: number, questions: number) => ({
    openMs: opening + unitWait,
    unitMs: waits * questions * unitWait + slackMs,
    foundMs: waits * foundWait,
    lastMs: 0,
  });
  switch (line.transport) {
    case "dlt645":
    case "dlt645-over-tcp": {
      const open = () => {
        const talk = talkMeters(line, around);
        return { knock: (unit: string) => knockMeter(line, talk, unit), hearOut: nobody, close: () => talk.close() };
      };
      return { line, units: [anyMeter], ...costs(awaitFor(timing, meterChars, around.deviceMs), 0, 3), open };
    }
    case "dcon":
    case "dcon-over-tcp": {
      const open = () => {
        const talk = talkModules(line, around);
        const ask = (unit: string) => knockModule(line, talk, Number(unit), found);
        return { knock: ask, hearOut: nobody, close: () => talk.close() };
      };
      return { line, units: units.map(String), ...costs(awaitFor(timing, moduleChars, around.deviceMs), 0, 1), open };
    }
    default: {
      const all = costs(waitFor(timing, 2, around.deviceMs), 2 * waitFor(timing, identityBytes, around.deviceMs), 1);
      // As long as a unit in the middle is listened to: while the next one is asked.
      const lastMs = all.unitMs;
      const open = () => {
        const talk = talkModbus(line, around);
        const ask = (unit: string) => knockModbus(line, talk, Number(unit));
        const last = async () => (await hearOut(talk, line, lastMs)).map(lateRow);
        return { knock: ask, hearOut: last, close: () => talk.close() };
      };
      return { line, units: units.map(String), ...all, lastMs, open };
    }
  }
}

const nobody = async (): Promise<readonly Row[]> => [];
const heardOf = (...rows: readonly Row[]): Knocked => ({ is: "heard", rows });
const round = (ms: number): number => Math.round(ms * 10) / 10;

/** Who hangs up on a question is there; the next unit may please him more. */
const hasNoLine = ({ exchange, reached }: Attempt): boolean => wasClosed(exchange.failure) && !reached;

function closedBy(line: AskedLine, { exchange }: Attempt): Knocked {
  return { is: "closed", finding: noLine(line, exchange.failure?.detail ?? "") };
}

const oddities: ReadonlySet<string> = new Set(["two-devices", "stranger", "noise", "misfit"]);

const lateRow = ({ unit, ms }: Late): Row => ({
  unit: String(unit),
  answer: `late: unit ${unit} needs longer than the wait, ask with --wait ${longerWait(ms)}`,
  ms: round(ms),
  identity: [],
});

async function knockModbus(
  line: Parameters<typeof talkModbus>[0],
  talk: ReturnType<typeof talkModbus>,
  unit: number,
): Promise<Knocked> {
  const { attempt, heard } = await hearFrom(talk, line, unit, knock);
  if (hasNoLine(attempt)) return closedBy(line, attempt);
  const { failure } = attempt.exchange;
  const odd = heard.findings.find(({ code }) => oddities.has(code));
  const late = heard.late.map(lateRow);
  const row = { unit: String(unit), ms: round(attempt.ms) };
  if (heard.answered) {
    const answer = failure?.exception === undefined ? "answers" : `exception ${failure.exception}`;
    return heardOf(...late, { ...row, answer, identity: await identify(talk, unit) });
  }
  return odd === undefined ? heardOf(...late) : heardOf(...late, { ...row, answer: odd.text, identity: [] });
}

async function knockMeter(
  line: Parameters<typeof talkMeters>[0],
  talk: ReturnType<typeof talkMeters>,
  unit: string,
): Promise<Knocked> {
  const found = await findMeter(talk, unit, 0);
  if ("address" in found) {
    const { address, attempt } = found;
    return heardOf({ unit: address, answer: "answers", ms: round(attempt.ms), identity: [] });
  }
  const last = found.attempts.at(-1);
  if (last !== undefined && hasNoLine(last)) return closedBy(line, last);
  const odd = found.attempts.flatMap((attempt) => meterFindings(unit, attempt)).find(({ code }) => code !== "echo");
  return odd === undefined || last === undefined
    ? heardOf()
    : heardOf({ unit, answer: odd.text, ms: round(last.ms), identity: [] });
}

async function knockModule(
  line: Parameters<typeof talkModules>[0],
  talk: ReturnType<typeof talkModules>,
  unit: number,
  found: Set<number>,
): Promise<Knocked> {
  if (found.has(unit)) return heardOf();
  const { attempt, name } = await findModule(talk, unit);
  if (hasNoLine(attempt)) return closedBy(line, attempt);
  const place = addressText(unit);
  const row = { unit: place, ms: round(attempt.ms) };
  if (name !== undefined) {
    found.add(unit);
    const answer = `answers ${line.checksum ? "with" : "without"} checksums`;
    return heardOf({ ...row, answer, identity: [{ what: "name", text: name }] });
  }
  const odd = moduleFindings(unit, attempt).find(({ code }) => code !== "echo");
  return odd === undefined ? heardOf() : heardOf({ ...row, answer: odd.text, identity: [] });
}
