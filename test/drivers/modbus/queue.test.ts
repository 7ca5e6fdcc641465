import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import type { RegisterRead } from "../../../drivers/driver.ts";
import { openBus } from "../../../drivers/modbus/bus.ts";
import { type Millis, millis } from "../../../feed/format/vocabulary.ts";
import { answerAll, type Script, startSlave } from "./slave.ts";

const read = (start: number): RegisterRead => ({ functionCode: 3, start, count: 4 });

async function lineOf(script: Script) {
  const slave = await startSlave("fake", script);
  const bus = openBus(slave.settings, systemClock, { marginMs: 20, ...slave.options });
  onTestFinished(() => bus.close());
  const ask = (start: number, due?: Millis) =>
    bus.transact({ unit: 1, request: read(start) }, { deviceMs: 500, ...(due !== undefined && { due }) });
  return { slave, bus, ask };
}

test("of the questions that wait the earliest due goes first, and of equals the one that came first", async () => {
  const { slave, ask } = await lineOf(answerAll);
  const later = millis(9000);
  const sooner = millis(5000);
  await Promise.all([
    ask(0, later), // on the line already
    ask(100),
    ask(200, later),
    ask(300, sooner),
    ask(400, later),
    ask(500, sooner),
    ask(600),
  ]);
  expect(slave.heard.map(({ start }) => start)).toEqual([0, 300, 500, 200, 400, 100, 600]);
});

test("one that comes while others wait goes before those that are due later", async () => {
  const { slave, ask } = await lineOf(answerAll);
  const waiting = [ask(0, millis(1)), ask(100, millis(3000)), ask(200, millis(4000))];
  await waiting[0];
  waiting.push(ask(300, millis(2000)));
  await Promise.all(waiting);
  expect(slave.heard.map(({ start }) => start)).toEqual([0, 100, 300, 200]);
});

test("a question that a silent device leaves no chance to ask took the line all the same", async () => {
  const { slave, bus } = await lineOf((question, device) => (question.start === 0 ? answerAll(question, device) : []));
  const ask = (start: number) => bus.transact({ unit: 1, request: read(start) }, { deviceMs: 20 });
  await ask(0);
  await ask(100);
  slave.heard.splice(0);
  // A late reply to the one before could be taken for its own, so it is only asked behind a probe.
  const { sent, received, failure } = await ask(200);
  expect(slave.heard.map(({ count }) => count)).toEqual([1]);
  expect(failure?.code).toBe("E_BUS_TIMEOUT");
  expect(received.mono - sent.mono).toBeGreaterThanOrEqual(20);
});
