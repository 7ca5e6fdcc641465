import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import type { Bus } from "../../../drivers/driver.ts";
import { openBus } from "../../../drivers/modbus/bus.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { until } from "../../support/until.ts";
import { realKinds, startSlave, trueReply } from "../modbus/slave.ts";
import { startDevice } from "./device.ts";
import { meters } from "./meters.ts";
import { modules } from "./modules.ts";
import type { Delivery } from "./served.ts";
import type { Tongue } from "./tongue.ts";

/** Longer than any silence that the protocols themselves ask for at the baud rates used here. */
const turnaround = millis(15);
const quick = { deviceMs: 20 };
const patient = { deviceMs: 5000 };

/**
 * What a device sees of the pauses before its questions. A reply is stamped before it is sent: what it takes on its way only makes a
 * pause longer. It comes in two pieces, where the line allows that, and the pause counts from the second.
 */
function watch(pieces: 1 | 2) {
  let sentAt: number | undefined;
  const pauses: number[] = [];
  const stamped = (bytes: Buffer, after: number): Delivery => ({
    after,
    get bytes() {
      sentAt = performance.now();
      return bytes;
    },
  });
  return {
    pauses,
    answer: (bytes: Buffer): readonly Delivery[] => {
      if (sentAt !== undefined) pauses.push(performance.now() - sentAt);
      return pieces === 1 ? [stamped(bytes, 0)] : [stamped(bytes.subarray(0, 4), 0), stamped(bytes.subarray(4), 3)];
    },
  };
}

async function expectPauses<Q>(bus: Bus<Q>, questions: readonly Q[], pauses: number[]): Promise<void> {
  onTestFinished(() => bus.close());
  // A line that was just opened is silent for one deadline: that of a short question, so that the patient ones need not wait for it.
  await until(async () => (await bus.transact(questions[0] as Q, quick)).reply, { what: "the device answers" });
  pauses.splice(0);
  const asked = [...questions, ...questions, ...questions];
  const exchanges = await Promise.all(asked.map((question) => bus.transact(question, patient)));
  expect(exchanges.map(({ failure }) => failure)).toEqual(asked.map(() => undefined));
  expect(pauses).toHaveLength(asked.length);
  for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(turnaround);
}

describe("no question leaves sooner than the turnaround after the end of the last reply", () => {
  test.each(realKinds)("Modbus %s", async (kind) => {
    const { pauses, answer } = watch(kind === "udp" ? 1 : 2);
    const { settings, options } = await startSlave(kind, (question, device) =>
      answer(device.frame(trueReply(question), question.transaction)),
    );
    const bus = openBus({ ...settings, turnaround }, systemClock, options);
    const request = { functionCode: 4, start: 20, count: 3 } as const;
    await expectPauses(
      bus,
      [1, 2].map((unit) => ({ unit, request })),
      pauses,
    );
  });

  for (const where of ["pty", "tcp"] as const) {
    const spoken = async <Q>(tongue: Tongue<Q>): Promise<void> => {
      const { pauses, answer } = watch(2);
      let time = 0;
      const device = await startDevice(where, tongue.cut, (heard) => answer(tongue.reply(heard, time++)));
      await expectPauses(tongue.open(device, { turnaround }), tongue.questions.slice(0, 2), pauses);
    };
    test(`DL/T 645 on ${where}`, () => spoken(meters("DL/T 645", ["02010100"])));
    test(`DCON on ${where}`, () => spoken(modules("DCON", false, ["all"])));
  }
});
