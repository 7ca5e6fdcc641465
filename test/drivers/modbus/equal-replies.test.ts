import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import { openBus } from "../../../drivers/modbus/bus.ts";
import { exceptionReply, type Script, startSlave, trueReply } from "./slave.ts";

const values = { functionCode: 3, start: 0, count: 4 } as const;

async function startSlaveWithBus(script: Script) {
  const slave = await startSlave("fake", script);
  const bus = openBus(slave.settings, systemClock, { marginMs: 20, ...slave.options });
  onTestFinished(() => bus.close());
  return { bus, slave };
}

test("states that stay equal are asked twice once, and again after something strange came", async () => {
  // Two bit tables that say the same, as alarms do for years, and a device that knows no address beside them.
  const states = [
    { functionCode: 2, start: 4, count: 7 },
    { functionCode: 2, start: 63, count: 4 },
  ] as const;
  let twice = false;
  const { bus, slave } = await startSlaveWithBus((question, device) => {
    const known =
      question.functionCode === 3 ||
      states.some(({ start, count }) => question.start === start && question.count <= count);
    const bits = Buffer.from([question.unit, 2, 1, 0]);
    const reply = question.functionCode === 3 ? trueReply(question) : known ? bits : exceptionReply(question, 2);
    const bytes = device.frame(reply, question.transaction);
    if (!twice || question.start !== 63) return [{ bytes }];
    twice = false;
    return [{ bytes }, { bytes }];
  });
  const poll = async (): Promise<number> => {
    slave.heard.splice(0);
    for (const request of [values, ...states]) {
      const { reply, failure } = await bus.transact({ unit: 1, request }, { deviceMs: 200 });
      expect(failure).toBeUndefined();
      expect(reply?.length).toBeGreaterThan(3);
    }
    return slave.heard.length;
  };
  expect(await poll()).toBeGreaterThan(3);
  await poll();
  expect([await poll(), await poll()]).toEqual([3, 3]);
  expect(bus.counters()).toMatchObject({ quarantines: 0, discardedBytes: 0 });
  twice = true;
  await poll();
  expect(await poll()).toBeGreaterThan(3);
});
