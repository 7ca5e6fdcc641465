import type { ReadRequest, RegisterRead } from "../../drivers/driver.ts";
import type { ModbusLine } from "../../drivers/line/settings.ts";
import { openBus } from "../../drivers/modbus/bus.ts";
import type { Question } from "../../drivers/modbus/dialect.ts";
import { modbusPlan } from "../../drivers/modbus/driver.ts";
import { readIdentity, serverId } from "../../drivers/modbus/identity.ts";
import type { ModbusProfile } from "../../drivers/profile.ts";
import { type Attempt, Conversation, clock, type Surroundings } from "./conversation.ts";
import { Earlier } from "./earlier.ts";
import { type Heard, type Late, lateIn, modbusHeard } from "./heard.ts";
import { type Named, namedObjects, namedServer } from "./identity.ts";

/** Whom to ask. */
export interface Target {
  readonly unit: number;
  readonly profile?: ModbusProfile;
}

/** The cheapest question there is; who has no such register says so, and has answered too. */
export const knock: RegisterRead = { functionCode: 3, start: 0, count: 1 };

/** What is asked on one line, and who was asked before. */
export class ModbusTalk extends Conversation<Question> {
  readonly earlier = new Earlier();
}
export const talkModbus = (line: ModbusLine, around: Surroundings): ModbusTalk =>
  new ModbusTalk(line, (options) => openBus(line, clock, options), around);

/** The cheapest question of a profile. */
export function firstQuestion({ unit, profile }: Target): ReadRequest {
  const plan = profile === undefined ? [] : modbusPlan(unit, profile).filter(({ settings }) => !settings);
  const [first, ...others] = plan;
  if (first === undefined) return knock;
  return others.reduce((best, next) => (next.weight < best.weight ? next : best), first).question.request;
}

/** Asks one question and says what came. */
export async function hearFrom(
  talk: ModbusTalk,
  line: ModbusLine,
  unit: number,
  request: ReadRequest,
  listenMs = 0,
): Promise<{ readonly attempt: Attempt; readonly heard: Heard }> {
  const attempt = await talk.ask({ unit, request }, listenMs);
  const { earlier } = talk;
  const { sent, received } = attempt.exchange;
  const heard = modbusHeard(line.transport, unit, request, attempt, earlier.upTo(received.mono));
  earlier.note(unit, sent.mono, heard.answered);
  for (const late of heard.late) earlier.told(late.unit);
  return { attempt, heard };
}

/** Listens once more where nothing is asked any more: the last one asked may answer late. */
export async function hearOut(talk: ModbusTalk, line: ModbusLine, ms: number): Promise<readonly Late[]> {
  const received = await talk.listen(ms);
  return lateIn(line.transport, received, talk.earlier.upTo(clock.now().mono));
}

/** By function 43/14, and where a device does not know it by 17. */
export async function identify(talk: ModbusTalk, unit: number): Promise<readonly Named[]> {
  const line = { transact: async (question: Question) => (await talk.ask(question)).exchange };
  const { objects } = await readIdentity(line, unit);
  if (objects.size > 0) return namedObjects(objects);
  const { reply, failure } = await line.transact({ unit, request: { functionCode: 17 } });
  const server = reply && !failure ? serverId(reply) : undefined;
  return server === undefined ? [] : namedServer(server);
}
