import type { ModbusLine } from "../../drivers/line/settings.ts";
import type { Surroundings } from "./conversation.ts";
import { longerWait } from "./earlier.ts";
import type { Tell } from "./events.ts";
import type { Finding } from "./findings.ts";
import { firstQuestion, hearFrom, type Target, talkModbus } from "./talk.ts";

const slowMs = 3000;

/** A device that is only slower than the wait, which nothing is wrong with but that: asked once more, with a long wait. */
export async function slowOne(
  line: ModbusLine,
  targets: readonly Target[],
  around: Surroundings,
  tell: Tell,
): Promise<Finding | undefined> {
  const patient = { ...around, deviceMs: Math.max(around.deviceMs, around.slowMs ?? slowMs) };
  for (const target of targets) {
    if (around.signal.aborted) return undefined;
    tell({ is: "trying", what: `unit ${target.unit} with a longer wait` });
    const times = await answersTwice(line, target, patient);
    if (times !== undefined) return slower(target.unit, Math.max(around.deviceMs, ...times));
  }
  return undefined;
}

const slower = (unit: number, ms: number): Finding => ({
  code: "late",
  text: `Unit ${unit} answers late: it needs longer than the wait, up to ${Math.round(ms)} ms.`,
  check: [`Ask with --wait ${longerWait(ms)}.`],
});

/**
 * The times of two answers, ms, if there are two: the first may be the late one to a question before, and is no proof of a setting
 * nor of a time.
 */
export async function answersTwice(
  line: ModbusLine,
  target: Target,
  around: Surroundings,
): Promise<readonly number[] | undefined> {
  const talk = talkModbus(line, around);
  const times: number[] = [];
  try {
    for (let i = 0; i < 2; i++) {
      const { attempt, heard } = await hearFrom(talk, line, target.unit, firstQuestion(target));
      if (!heard.answered) return undefined;
      times.push(attempt.ms);
    }
    return times;
  } finally {
    await talk.close();
  }
}
