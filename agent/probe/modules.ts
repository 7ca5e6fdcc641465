import { spellForm, spellLine } from "../../config/line-text.ts";
import { decodeConfiguration, decodeText } from "../../drivers/dcon/decode.ts";
import { modulePlan, openModuleLine } from "../../drivers/dcon/driver.ts";
import { addressText, type ModuleRequest } from "../../drivers/dcon/request.ts";
import type { Ask } from "../../drivers/line/framed.ts";
import type { DconLine } from "../../drivers/line/settings.ts";
import type { DconProfile } from "../../drivers/profile.ts";
import { type Attempt, Conversation, clock, type Surroundings, wasClosed } from "./conversation.ts";
import { answersOf, type Tell } from "./events.ts";
import type { Finding, Outcome } from "./findings.ts";
import { noLine } from "./no-line.ts";
import { tellPlanned } from "./planned.ts";
import { commonSettings } from "./settings.ts";
import { silentLine } from "./silence.ts";

const asks = 5;
const name: ModuleRequest = { read: "name" };

type Talk = Conversation<Ask<number, ModuleRequest>>;
export const talkModules = (line: DconLine, around: Surroundings): Talk =>
  new Conversation(line, (options) => openModuleLine(line, clock, options), around);

/** The name of the module at an address, if it has one, and the attempt. */
export async function findModule(
  talk: Talk,
  unit: number,
  listenMs = 0,
): Promise<{ readonly attempt: Attempt; readonly name: string | undefined }> {
  const attempt = await talk.ask({ unit, request: name }, listenMs);
  const { reply } = attempt.exchange;
  return { attempt, name: reply && (decodeText(reply.toString("latin1")) ?? "?") };
}

export async function probeModules(
  line: DconLine,
  targets: readonly { readonly unit: number; readonly profile?: DconProfile }[],
  named: boolean,
  around: Surroundings,
  tell: Tell,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const talk = talkModules(line, around);
  try {
    for (const target of targets) {
      const outcome = await probeModule(talk, line, target, around, tell);
      if (outcome === "no line") return ["nothing"];
      if (!named && outcome !== "nothing") return [outcome];
      outcomes.push(outcome);
      if (around.signal.aborted) break;
    }
  } finally {
    await talk.close();
  }
  if (around.signal.aborted || !outcomes.every((one) => one === "nothing")) return outcomes;
  const found = await otherSettings(line, targets[0]?.unit ?? 1, around, tell);
  if (found) tell({ is: "finding", ...found });
  else
    tell({ is: "finding", ...silentLine(line, `modules ${targets.map(({ unit }) => addressText(unit)).join(", ")}`) });
  return found ? ["odd"] : outcomes;
}

async function otherSettings(
  line: DconLine,
  unit: number,
  around: Surroundings,
  tell: Tell,
): Promise<Finding | undefined> {
  const sums = [line, { ...line, checksum: !line.checksum }].flatMap((one) => commonSettings(one)).slice(1);
  for (const other of sums) {
    if (around.signal.aborted) return undefined;
    const form = "path" in other ? ` at ${other.baud} ${spellForm(other)}` : "";
    const how = `${form} ${other.checksum ? "with" : "without"} checksums`.trim();
    tell({ is: "trying", what: how });
    const talk = talkModules(other, around);
    const found = await findModule(talk, unit).finally(() => talk.close());
    if (found.name === undefined) continue;
    const text = `Module ${addressText(unit)} answers ${how}.`;
    const sum = other.checksum === line.checksum ? [] : [`In the site file: checksum: ${other.checksum}`];
    return { code: "settings", text, check: [`Write the line as ${spellLine(other)}`, ...sum] };
  }
  return undefined;
}

async function probeModule(
  talk: Talk,
  line: DconLine,
  { unit, profile }: { readonly unit: number; readonly profile?: DconProfile },
  { deviceMs, signal }: Surroundings,
  tell: Tell,
): Promise<Outcome | "no line"> {
  const place = addressText(unit);
  tell({ is: "trying", what: `module ${place}` });
  const { attempt, name } = await findModule(talk, unit, deviceMs);
  const { failure } = attempt.exchange;
  if (signal.aborted) return "nothing";
  if (wasClosed(failure)) {
    tell({ is: "finding", ...noLine(line, failure?.detail ?? "") });
    return "no line";
  }
  const findings = moduleFindings(unit, attempt);
  for (const finding of findings) tell({ is: "finding", ...finding });
  const odd = findings.some(({ code }) => code !== "echo");
  if (name === undefined) return odd ? "odd" : "nothing";
  const times = [attempt.ms];
  for (let i = 1; i < asks && !signal.aborted; i++) {
    const again = await findModule(talk, unit);
    if (again.name !== undefined) times.push(again.attempt.ms);
  }
  tell(answersOf(`module ${place}`, asks, times));
  tell({ is: "identity", unit: `module ${place}`, named: [{ what: "name", text: name }] });
  let said = true;
  if (profile === undefined) await tellValues(talk, unit, signal, tell);
  else said = await tellPlanned(talk, `Module ${place}`, modulePlan(unit, profile), profile.points, signal, tell);
  return said && !odd && times.length === asks ? "good" : "odd";
}

/** What the characters tell beyond the answer. Pure. */
export function moduleFindings(unit: number, { sent, received, exchange }: Attempt): readonly Finding[] {
  const echoed = sent.length > 0 && received.subarray(0, sent.length).equals(sent);
  const rest = (echoed ? received.subarray(sent.length) : received).toString("latin1");
  const lines = rest.split("\r").filter((line) => line !== "");
  const { failure } = exchange;
  const found: Finding[] = [];
  const place = addressText(unit);
  const check = ["Disconnect one of them and ask again.", "Set another address in one of them."];
  if (echoed) found.push({ code: "echo", text: "Your own request comes back: local echo." });
  if (lines.filter((line) => line.startsWith(`!${place}`)).length > 1)
    found.push({ code: "two-devices", text: `Two devices answer at module ${place}.`, check });
  else if (failure?.exception !== undefined || failure?.code === "E_BUS_EXCEPTION")
    found.push({ code: "exception", text: `${failure.detail}.` });
  else if (failure !== undefined && lines.length > 0 && failure.code !== "E_BUS_CLOSED")
    found.push({ code: "noise", text: `${failure.detail}.`, check: ["Baud rate, parity and checksum setting."] });
  return found;
}

/** A module does not say how many channels it has; however many come are shown. */
const usualChannels = 8;

async function tellValues(talk: Talk, unit: number, signal: AbortSignal, tell: Tell): Promise<void> {
  const configuration = (await talk.ask({ unit, request: { read: "configuration" } })).exchange.reply;
  if (configuration === undefined || signal.aborted) return;
  const { type, form, summed } = decodeConfiguration(configuration.toString("latin1"));
  const code = type.toString(16).padStart(2, "0").toUpperCase();
  tell({ is: "value", id: "input type", text: code, unit: "" });
  tell({ is: "value", id: "value form", text: `${form}${summed ? ", checksums" : ""}`, unit: "" });
  const asked: ModuleRequest = { read: "all", values: usualChannels, form: form === "hex" ? "hex" : "decimal" };
  const { received } = await talk.ask({ unit, request: asked });
  const line = /^>[^\r]*/m.exec(received.toString("latin1").replaceAll("\r", "\n"))?.[0];
  const values = line?.slice(1).match(form === "hex" ? /[0-9A-F]{4}/g : /[+-][\d.]+/g) ?? [];
  for (const [channel, text] of values.entries()) tell({ is: "value", id: `channel ${channel}`, text, unit: "" });
}
