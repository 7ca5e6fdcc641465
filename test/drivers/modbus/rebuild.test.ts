import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import type { RegisterRead } from "../../../drivers/driver.ts";
import { openBus } from "../../../drivers/modbus/bus.ts";
import type { Millis } from "../../../feed/format/vocabulary.ts";
import { answerAll, exceptionReply, type Kind, type Script, startSlave, trueReply } from "./slave.ts";

const read = (start: number): RegisterRead => ({ functionCode: 3, start, count: 4 });
/** Shorter than any failure takes to show, and longer than a test. */
const atOnce = 1 as Millis;
const never = 600_000 as Millis;

/** A device that answers a first question and from then on does as the script says; how many transports it took to ask it once more. */
async function transportsAfterOne(kind: Kind, script: Script, rebuild: Millis): Promise<number> {
  const slave = await startSlave(kind, (question, device) =>
    (question.start === 0 ? answerAll : script)(question, device),
  );
  const options = { marginMs: 20, random: () => 0, ...slave.options };
  const bus = openBus({ ...slave.settings, rebuild }, systemClock, options);
  onTestFinished(() => bus.close());
  const ask = (start: number) => bus.transact({ unit: 1, request: read(start) }, { deviceMs: 20 });
  while ((await ask(0)).reply === undefined);
  await ask(100);
  while ((await ask(0)).reply === undefined);
  return slave.connections();
}

const silent: Script = () => [];
const ofAnother: Script = (question, device) => [
  { bytes: device.frame(trueReply({ ...question, unit: 77 }), question.transaction), after: 5 },
];
const refusing: Script = (question, device) => [
  { bytes: device.frame(exceptionReply(question, 4), question.transaction), after: 5 },
];

test.each([
  ["fake", "is not answered", silent],
  ["tcp", "is not answered", silent],
  ["tcp", "is answered by another device", ofAnother],
] as const)(
  "%s: a line without a good answer for its `rebuild` is built anew when a question %s",
  async (kind, _, script) => {
    expect(await transportsAfterOne(kind, script, atOnce)).toBe(2);
    expect(await transportsAfterOne(kind, script, never)).toBe(1);
  },
);

test("a refusal is a good answer of a line", async () => {
  expect(await transportsAfterOne("tcp", refusing, atOnce)).toBe(1);
});

test("the time counts from the last answer, not from the opening", async () => {
  const rebuild = 1000 as Millis;
  const slave = await startSlave("tcp", (question, device) =>
    question.start === 0 ? answerAll(question, device) : [],
  );
  const bus = openBus({ ...slave.settings, rebuild }, systemClock, { marginMs: 20, ...slave.options });
  onTestFinished(() => bus.close());
  const ask = (start: number) => bus.transact({ unit: 1, request: read(start) }, { deviceMs: 20 });
  for (const end = performance.now() + 1.1 * rebuild; performance.now() < end; ) await ask(0);
  await ask(100);
  await ask(0);
  expect(slave.connections()).toBe(1);
});
