import type { ReadRequest, RegisterRead } from "../../drivers/driver.ts";
import type { ModbusLine } from "../../drivers/line/settings.ts";
import { modbusPlan } from "../../drivers/modbus/driver.ts";
import { planReads } from "../../drivers/modbus/plan.ts";
import { type InRegister, isInRegister, type ModbusPoint, type ModbusProfile } from "../../drivers/profile.ts";
import type { PointEvent, Tell } from "./events.ts";
import type { Finding } from "./findings.ts";
import { registerLabel } from "./labels.ts";
import { hearFrom, type ModbusTalk } from "./talk.ts";
import { floatRun, guesses, inAllOrders, valueText } from "./values.ts";

/** Where to look without a profile. */
export interface Place {
  readonly functionCode: 3 | 4;
  readonly start: number;
}

/** Room for two float64. */
const registers = 8;
const dataOffset = 3;

/** Each value of a profile, in all byte orders. Gives what is not as it should be. */
export async function lookAtPoints(
  talk: ModbusTalk,
  line: ModbusLine,
  unit: number,
  profile: ModbusProfile,
  signal: AbortSignal,
  tell: Tell,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const say = (finding: Finding): void => {
    if (found.some(({ text }) => text === finding.text)) return;
    found.push(finding);
    tell({ is: "finding", ...finding });
  };
  const points: PointEvent[] = [];
  for (const read of planReads(profile.points.filter(isInRegister), profile.limits)) {
    if (signal.aborted) return found;
    const { functionCode, start, count } = read;
    const { attempt, heard } = await hearFrom(talk, line, unit, { functionCode, start, count });
    for (const finding of heard.findings) if (finding.code !== "echo") say(finding);
    const { reply, failure } = attempt.exchange;
    if (reply === undefined || failure !== undefined) {
      if (failure && heard.findings.length === 0) say(unanswered(unit, { functionCode, start, count }, failure.detail));
      continue;
    }
    for (const { point, offset } of read.points) points.push(pointEvent(point, reply.subarray(dataOffset), offset));
  }
  points.forEach(tell);
  await lookAtOwnReads(talk, line, unit, profile, signal, tell, say);
  const order = otherOrder(points);
  if (order !== undefined) say(order);
  return found;
}

/** Points that lie in replies to functions of the maker's own are read as the profile says. */
async function lookAtOwnReads(
  talk: ModbusTalk,
  line: ModbusLine,
  unit: number,
  profile: ModbusProfile,
  signal: AbortSignal,
  tell: Tell,
  say: (finding: Finding) => void,
): Promise<void> {
  const own = modbusPlan(unit, profile).filter(({ settings, question }) => !settings && "data" in question.request);
  for (const { question, points } of own) {
    if (signal.aborted) return;
    const { attempt, heard } = await hearFrom(talk, line, unit, question.request);
    heard.findings.forEach(say);
    const { reply, failure } = attempt.exchange;
    if (reply === undefined || failure !== undefined) {
      if (failure && heard.findings.length === 0) say(unanswered(unit, question.request, failure.detail));
      continue;
    }
    for (const { id, decode } of points) {
      const point = profile.points.find((one) => one.id === id);
      const raw = decode(reply);
      const text = raw === undefined ? "-" : valueText(raw, point?.type ?? "uint16", point);
      tell({ is: "value", id, text, unit: point?.unit ?? "" });
    }
  }
}

const unanswered = (unit: number, request: ReadRequest, detail: string): Finding => ({
  code: "silent",
  text: `Unit ${unit} did not answer one of its questions (${"start" in request && "count" in request ? registerLabel(request.functionCode, request.start) : `function ${request.functionCode}`}): ${detail}.`,
});

function pointEvent(point: InRegister<ModbusPoint>, data: Buffer, offset: number): PointEvent {
  const { id, type, unit, order, scale, places, range } = point;
  const { table, address } = point.at;
  const functionCode = ({ coil: 1, discrete: 2, holding: 3, input: 4 } as const)[table];
  const readings = inAllOrders(point, data, offset, { scale, places, order, ...(range && { range }) });
  return { is: "point", id, at: registerLabel(functionCode, address), type, unit, order, readings };
}

/** Where the profile's order gives nothing plausible and one other order does, for most points alike. Pure. */
export function otherOrder(points: readonly PointEvent[]): Finding | undefined {
  const wide = points.filter(({ readings }) => new Set(readings.map(({ text }) => text)).size > 1);
  const wrong = wide.filter(({ order, readings }) => !readings.some((r) => r.order === order && r.plausible));
  const votes = wrong.flatMap(({ readings }) => {
    const plausible = readings.filter((reading) => reading.plausible);
    return plausible.length === 1 && plausible[0] ? [plausible[0].order] : [];
  });
  const [first] = votes;
  if (first === undefined || votes.some((vote) => vote !== first) || 2 * votes.length < wide.length) return undefined;
  return {
    code: "order",
    text: `The values are plausible in order ${first}, but the profile says ${wrong[0]?.order}.`,
    check: ["The device's setting of the word order, and the firmware the profile belongs to."],
  };
}

/** A look at some registers of which nothing is known. */
export async function lookAtRegisters(
  talk: ModbusTalk,
  line: ModbusLine,
  unit: number,
  place: Place | undefined,
  signal: AbortSignal,
  tell: Tell,
): Promise<readonly Finding[]> {
  const places: readonly Place[] = place
    ? [place]
    : [3, 4].map((functionCode) => ({ functionCode: functionCode as 3, start: 0 }));
  const found: Finding[] = [];
  let shown = 0;
  for (const { functionCode, start } of places) {
    for (const count of [registers, 2, 1]) {
      if (signal.aborted || start + count > 65_536) continue;
      const request: RegisterRead = { functionCode, start, count };
      const { attempt, heard } = await hearFrom(talk, line, unit, request);
      const { reply, failure } = attempt.exchange;
      if (reply !== undefined && failure === undefined) {
        tellRegisters(request, reply.subarray(dataOffset), tell);
        shown++;
        break;
      }
      if (failure?.exception !== undefined && count > 1 && failure.exception <= 3) continue;
      for (const finding of heard.findings) {
        // Nobody said that there must be registers at 0.
        const busy = failure?.exception !== undefined && busyCodes.has(failure.exception);
        const said: Finding = place || busy ? finding : { ...finding, code: "hint" };
        if (said.code === "echo") continue;
        found.push(said);
        tell({ is: "finding", ...said });
      }
      break;
    }
  }
  if (shown === 0 && found.every(({ code }) => code === "hint") && !signal.aborted) {
    found.push(lookElsewhere);
    tell({ is: "finding", ...lookElsewhere });
  }
  return found;
}

/** It has failed, works on it, or is busy: no word on whether there are registers. */
const busyCodes: ReadonlySet<number> = new Set([4, 5, 6]);

const lookElsewhere: Finding = {
  code: "unread",
  text: "There is nothing at the registers asked. Look where the manual says:",
  check: ["--at holding:100 (40101 in the manual), --at input:1000, or --profile MAKER/MODEL"],
};

function tellRegisters({ functionCode, start }: RegisterRead, data: Buffer, tell: Tell): void {
  const run = floatRun(data);
  for (let offset = 0; offset + 2 <= data.length; offset += 2) {
    const at = registerLabel(functionCode, start + offset / 2);
    tell({
      is: "registers",
      at,
      hex: data.toString("hex", offset, offset + 2).toUpperCase(),
      guesses: guesses(data, offset, run),
    });
  }
}
