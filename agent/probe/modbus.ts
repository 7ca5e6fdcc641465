import type { ModbusLine } from "../../drivers/line/settings.ts";
import { type Surroundings, wasClosed } from "./conversation.ts";
import { elsewhere } from "./elsewhere.ts";
import { answersOf, type Tell } from "./events.ts";
import type { Finding, Outcome } from "./findings.ts";
import { lookAtPoints, lookAtRegisters, type Place } from "./look.ts";
import { noLine } from "./no-line.ts";
import { silentLine } from "./silence.ts";
import { slowOne } from "./slow.ts";
import { firstQuestion, hearFrom, identify, type ModbusTalk, type Target, talkModbus } from "./talk.ts";

export interface ModbusProbe {
  /** Each of these is asked; or, where nobody said whom, the first of them that answers. */
  readonly targets: readonly Target[];
  readonly named: boolean;
  /** Registers to look at, where there is no profile. */
  readonly place: Place | undefined;
}

const asks = 5;
export async function probeModbus(
  line: ModbusLine,
  probe: ModbusProbe,
  around: Surroundings,
  tell: Tell,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let hungUp: Finding | undefined;
  const talk = talkModbus(line, around);
  try {
    for (const target of probe.targets) {
      const came = await probeUnit(talk, line, target, probe, around, tell);
      if (came === "no line") return ["nothing"];
      const outcome = typeof came === "string" ? came : "nothing";
      if (typeof came !== "string") hungUp = came;
      if (!probe.named && outcome !== "nothing") return [outcome];
      outcomes.push(outcome);
      if (around.signal.aborted) break;
    }
  } finally {
    await talk.close();
  }
  if (around.signal.aborted || !outcomes.every((one) => one === "nothing")) return outcomes;
  const units = probe.targets.map(({ unit }) => unit);
  const first = probe.targets.slice(0, 1);
  const found =
    (await slowOne(line, probe.named ? probe.targets : first, around, tell)) ??
    (await elsewhere(line, first, around, tell));
  if (found !== undefined) {
    tell({ is: "finding", ...found });
    return ["odd"];
  }
  const whom = units.length === 1 ? `unit ${units[0]}` : `units ${units.join(", ")}`;
  tell({ is: "finding", ...(hungUp ?? silentLine(line, whom, probe.named ? "10s" : "3s")) });
  return outcomes;
}

async function probeUnit(
  talk: ModbusTalk,
  line: ModbusLine,
  target: Target,
  probe: ModbusProbe,
  { signal, deviceMs }: Surroundings,
  tell: Tell,
): Promise<Outcome | "no line" | Finding> {
  const { unit, profile } = target;
  const request = firstQuestion(target);
  tell({ is: "trying", what: `unit ${unit}` });
  const { attempt, heard } = await hearFrom(talk, line, unit, request, deviceMs);
  const { failure } = attempt.exchange;
  if (signal.aborted) return "nothing";
  if (wasClosed(failure)) {
    // Some devices hang up on a frame that is none in their framing: another one is worth a try.
    const finding = noLine(line, failure?.detail ?? "");
    if (attempt.reached) return finding;
    tell({ is: "finding", ...finding });
    return "no line";
  }
  if (!heard.answered) {
    for (const finding of heard.findings) tell({ is: "finding", ...finding });
    if (!heard.something && heard.findings.length === 0) return "nothing";
    // An echo alone is no device; a gateway's word, or a stranger's, is an answer.
    return heard.something && heard.findings.some(({ code }) => code !== "echo" && code !== "noise")
      ? "odd"
      : "nothing";
  }
  const times = [attempt.ms];
  for (let i = 1; i < asks && !signal.aborted; i++) {
    const again = await hearFrom(talk, line, unit, request);
    if (again.heard.answered) times.push(again.attempt.ms);
  }
  tell(answersOf(String(unit), asks, times));
  // Who has no register 0 is a device like any other; who refuses what his profile names is not.
  const findings = heard.findings.filter(({ code }) => profile !== undefined || code !== "exception");
  for (const finding of findings) tell({ is: "finding", ...finding });
  await tellIdentity(talk, unit, signal, tell);
  const looked = profile
    ? await lookAtPoints(talk, line, unit, profile, signal, tell)
    : await lookAtRegisters(talk, line, unit, probe.place, signal, tell);
  const odd: readonly Finding[] = [...findings, ...looked];
  const spoiling = odd.filter(({ code }) => code !== "echo" && code !== "hint" && code !== "unread");
  if (spoiling.length > 0 || times.length < asks) return "odd";
  return odd.some(({ code }) => code === "unread") ? "unread" : "good";
}

async function tellIdentity(talk: ModbusTalk, unit: number, signal: AbortSignal, tell: Tell): Promise<void> {
  if (signal.aborted) return;
  const named = await identify(talk, unit);
  tell({ is: "identity", unit: String(unit), named });
}
