import { spellForm, spellLine } from "../../config/line-text.ts";
import { decodeMeter } from "../../drivers/dlt645/decode.ts";
import { meterPlan, openMeterLine } from "../../drivers/dlt645/driver.ts";
import { readReply } from "../../drivers/dlt645/framing.ts";
import type { MeterRequest } from "../../drivers/dlt645/request.ts";
import type { Ask } from "../../drivers/line/framed.ts";
import type { Dlt645Line } from "../../drivers/line/settings.ts";
import type { Dlt645Profile } from "../../drivers/profile.ts";
import { type Attempt, Conversation, clock, type Surroundings, wasClosed } from "./conversation.ts";
import { answersOf, type Tell } from "./events.ts";
import type { Finding, Outcome } from "./findings.ts";
import { noLine } from "./no-line.ts";
import { tellPlanned } from "./planned.ts";
import { commonSettings } from "./settings.ts";
import { silentLine } from "./silence.ts";

/** Whoever is there (DL/T 645-2007, 5.2.2 and 7.3). */
export const anyMeter = "AA".repeat(6);
const asks = 5;
const readAddress: MeterRequest = { edition: "2007", read: "address" };
/** Active energy, import, total: every meter has it. Four bytes of 0.01 kWh. */
const energy = {
  "2007": { edition: "2007", read: "data", di: "00010000", bytes: 4 },
  "1997": { edition: "1997", read: "data", di: "9010", bytes: 4 },
} as const satisfies Record<string, MeterRequest>;

type Talk = Conversation<Ask<string, MeterRequest>>;
export const talkMeters = (line: Dlt645Line, around: Surroundings): Talk =>
  new Conversation(line, (options) => openMeterLine(line, clock, options), around);

/** A meter that said its number. */
export interface MeterFound {
  readonly address: string;
  readonly attempt: Attempt;
  readonly request: MeterRequest;
}

/** Asks whoever is there for his number; meters of 1997 do not know that question and are asked for their energy. */
export async function findMeter(
  talk: Talk,
  unit: string,
  listenMs: number,
): Promise<MeterFound | { readonly attempts: readonly Attempt[] }> {
  const attempts: Attempt[] = [];
  for (const request of [readAddress, energy["2007"], energy["1997"]]) {
    const attempt = await talk.ask({ unit, request }, listenMs);
    attempts.push(attempt);
    const { reply, failure } = attempt.exchange;
    if (reply !== undefined) {
      const { address } = readReply(request, reply);
      return { address, attempt, request };
    }
    if (wasClosed(failure) || failure?.code === "E_BUS_ABORTED") break;
  }
  return { attempts };
}

export async function probeMeters(
  line: Dlt645Line,
  targets: readonly { readonly unit: string; readonly profile?: Dlt645Profile }[],
  around: Surroundings,
  tell: Tell,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const talk = talkMeters(line, around);
  try {
    for (const target of targets) {
      const outcome = await probeMeter(talk, line, target, around, tell);
      if (outcome === "no line") return ["nothing"];
      outcomes.push(outcome);
      if (around.signal.aborted) break;
    }
  } finally {
    await talk.close();
  }
  if (around.signal.aborted || !outcomes.every((one) => one === "nothing")) return outcomes;
  const found = await otherSettings(line, around, tell);
  if (found) tell({ is: "finding", ...found });
  else tell({ is: "finding", ...silentLine(line, targets.map(({ unit }) => `meter ${unit}`).join(", ")) });
  return found ? ["odd"] : outcomes;
}

async function otherSettings(line: Dlt645Line, around: Surroundings, tell: Tell): Promise<Finding | undefined> {
  for (const other of commonSettings(line).slice(1)) {
    if (around.signal.aborted || !("path" in other) || !("path" in line)) return undefined;
    tell({ is: "trying", what: `${other.baud} ${spellForm(other)}` });
    const talk = talkMeters(other, around);
    const found = await findMeter(talk, anyMeter, 0).finally(() => talk.close());
    if (!("address" in found)) continue;
    return {
      code: "settings",
      text: `Meter ${found.address} answers at ${other.baud} ${spellForm(other)}, but the line says ${line.baud} ${spellForm(line)}.`,
      check: [`Write the line as ${spellLine(other)}`],
    };
  }
  return undefined;
}

async function probeMeter(
  talk: Talk,
  line: Dlt645Line,
  { unit, profile }: { readonly unit: string; readonly profile?: Dlt645Profile },
  { deviceMs, signal }: Surroundings,
  tell: Tell,
): Promise<Outcome | "no line"> {
  tell({ is: "trying", what: `meter ${unit}` });
  const found = await findMeter(talk, unit, deviceMs);
  if (signal.aborted) return "nothing";
  const heard = "address" in found ? [found.attempt] : found.attempts;
  const failure = heard.at(-1)?.exchange.failure;
  if (wasClosed(failure)) {
    tell({ is: "finding", ...noLine(line, failure?.detail ?? "") });
    return "no line";
  }
  const findings = heard.flatMap((attempt) => meterFindings(unit, attempt)).filter(first);
  for (const finding of findings) tell({ is: "finding", ...finding });
  const odd = findings.some(({ code }) => code !== "echo");
  if (!("address" in found)) return odd ? "odd" : "nothing";
  const { address, request } = found;
  const times = [found.attempt.ms];
  for (let i = 1; i < asks && !signal.aborted; i++) {
    const again = await talk.ask({ unit: address, request });
    if (again.exchange.reply) times.push(again.ms);
  }
  tell(answersOf(address, asks, times));
  const said =
    profile === undefined
      ? await tellEnergy(talk, address, signal, tell)
      : await tellPlanned(talk, `Meter ${address}`, meterPlan(address, profile), profile.points, signal, tell);
  return said && !odd && times.length === asks ? "good" : "odd";
}

const first = ({ text }: Finding, index: number, all: readonly Finding[]): boolean =>
  all.findIndex((other) => other.text === text) === index;

/** What the bytes tell beyond the answer. Pure. */
export function meterFindings(unit: string, { sent, received, exchange }: Attempt): readonly Finding[] {
  const echoed = sent.length > 0 && received.subarray(0, sent.length).equals(sent);
  const rest = echoed ? received.subarray(sent.length) : received;
  const { failure, reply } = exchange;
  const found: Finding[] = [];
  if (echoed) found.push({ code: "echo", text: "Your own request comes back: local echo." });
  const check = ["Ask each meter by its own number: --unit 000012345678.", "Disconnect one of them and ask again."];
  // A reply ends with 16; what follows it, or a frame whose sum is wrong, was said by another one.
  const after = reply === undefined ? 0 : rest.length - rest.indexOf(reply) - reply.length;
  if (reply !== undefined && rest.includes(reply) && after > 0)
    found.push({ code: "two-devices", text: `Two meters answer at ${unit}.`, check });
  else if (failure?.code === "E_BUS_CHECKSUM")
    found.push({ code: "two-devices", text: `Answers to ${unit} cannot be read: two meters speak at once.`, check });
  else if (failure?.exception !== undefined) found.push({ code: "exception", text: `${failure.detail}.` });
  else if (failure?.code === "E_BUS_REPLY") found.push({ code: "stranger", text: `${failure.detail}.` });
  return found;
}

async function tellEnergy(talk: Talk, unit: string, signal: AbortSignal, tell: Tell): Promise<boolean> {
  for (const edition of ["2007", "1997"] as const) {
    if (signal.aborted) return false;
    const request = energy[edition];
    const { reply, failure } = (await talk.ask({ unit, request })).exchange;
    if (reply === undefined || failure !== undefined) continue;
    const raw = decodeMeter({ type: "bcd", bytes: request.bytes }, readReply(request, reply).data, 0);
    const text = raw === undefined ? "-" : (Number(raw) / 100).toFixed(2);
    tell({ is: "value", id: `energy (${edition}, ${request.di})`, text, unit: "kWh" });
    return true;
  }
  tell({ is: "finding", code: "exception", text: `Meter ${unit} does not say its energy total.` });
  return false;
}
