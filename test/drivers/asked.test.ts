import { describe, expect, test } from "vitest";
import { pollDevice } from "../../agent/collect/poller.ts";
import { AskedDriver, type Planned } from "../../drivers/asked.ts";
import type { Poll, PollOptions } from "../../drivers/driver.ts";
import { millis, seconds } from "../../feed/format/vocabulary.ts";
import { fakeClock } from "../support/clock.ts";
import { type Act, answers, refuses, scriptedLine, silentFor, word } from "./scripted.ts";

const plan = [word("abcd"), word("ef"), word("ghi"), word("jklm")];

/** A device that does at first what `act` says. `poll` takes 30 s on the clock, whatever it does. */
function device(act: Act, of: readonly Planned<string>[] = plan) {
  const clock = fakeClock();
  const does = { act: (_question: string): Act => act };
  const line = scriptedLine(clock, (question) => does.act(question));
  const driver = new AskedDriver(line.bus, of, 500, clock);
  const poll = async (options?: PollOptions): Promise<Poll> => {
    const polling = driver.poll(options);
    await clock.advance(seconds(30));
    return polling;
  };
  return { clock, does, driver, poll, words: line.words, asked: line.asked };
}

const outcomes = ({ samples }: Poll): Record<string, string> =>
  Object.fromEntries(samples.map((sample) => [sample.point, "failure" in sample ? sample.failure.code : "read"]));
const all = (outcome: string): Record<string, string> =>
  Object.fromEntries([..."abcdefghijklm"].map((point) => [point, outcome]));

describe("a device that is silent", () => {
  test("is asked everything once, then one cheap question, then nothing while it rests", async () => {
    const { poll, words } = device(silentFor(600));
    expect(outcomes(await poll())).toEqual(all("E_BUS_TIMEOUT"));
    expect(words()).toEqual(["abcd", "ef", "ghi", "jklm"]);
    expect(outcomes(await poll())).toEqual({ ...all("E_BUS_TIMEOUT") });
    expect(words()).toEqual(["ef"]);
    const resting = await poll();
    expect(words()).toEqual([]);
    expect(outcomes(resting)).toEqual(all("E_BUS_RESTING"));
    expect(resting.exchanges).toHaveLength(plan.length);
    expect(resting.reads).toEqual(["abcd", "ef", "ghi", "jklm"]);
  });

  test("comes back with everything in the very poll in which it answers", async () => {
    const { does, poll, words } = device(silentFor(50));
    await poll();
    await poll();
    words();
    does.act = () => answers;
    expect(outcomes(await poll())).toEqual(all("read"));
    expect(words()).toEqual(["ef", "abcd", "ghi", "jklm"]);
    does.act = () => silentFor(50);
    expect(outcomes(await poll())).toEqual(all("E_BUS_TIMEOUT"));
    expect(words()).toHaveLength(4);
  });

  test("that answers one question of a poll is not silent", async () => {
    const { does, poll, words } = device(answers);
    does.act = (question) => (question === "ghi" ? answers : silentFor(600));
    for (let i = 0; i < 4; i++) {
      await poll();
      expect(words()).toHaveLength(4);
    }
  });

  test.each([20, 200, 600, 2000])("costs its line a twentieth of an hour at most, with %i ms", async (ms) => {
    const { clock, driver, asked } = device(silentFor(ms));
    const stop = new AbortController();
    const polled = { id: "d", every: seconds(1), driver, points: [], status: [] };
    const settings = { points: [], every: seconds(600) };
    const sink = { polled: () => {}, presence: () => {}, skipped: () => {} };
    const done = pollDevice({ ...polled, settings }, clock, sink, stop.signal);
    await clock.advance(seconds(3600));
    stop.abort();
    await done;
    // After each the line is kept silent for two deadlines.
    expect((3 * ms * asked.length) / 3_600_000).toBeLessThanOrEqual(0.05);
    // And it is still asked: at the latest when the pause of a minute, or of 72 times the wait, is over.
    expect(asked.length).toBeGreaterThan(3_600_000 / (Math.max(60_000, 72 * ms) + 2000 + ms));
    const pauses = asked.slice(1).map(({ at }, i) => at - (asked[i]?.at ?? 0) - ms);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(Math.max(60_000, 72 * ms) + 2000);
  });

  test.each([0x0a, 0x0b])("behind a gateway that says so (exception %i) is silent too", async (exception) => {
    const { poll, words } = device(refuses(exception));
    expect(outcomes(await poll())).toEqual(all("E_BUS_EXCEPTION"));
    words();
    await poll();
    expect(words()).toEqual(["ef"]);
  });

  test.each([1, 2, 3, 4])("is another than one that refuses (exception %i)", async (exception) => {
    const whole = [word("abcd", { halves: () => [] })];
    const { poll, words } = device(refuses(exception), whole);
    for (let i = 0; i < 3; i++) {
      await poll();
      expect(words()).toEqual(["abcd"]);
    }
  });

  test.each(["E_BUS_CLOSED", "E_BUS_ABORTED"] as const)("is not told by a line that fails: %s", async (failure) => {
    const { does, poll, words } = device({ ms: 0, failure });
    for (let i = 0; i < 3; i++) {
      await poll();
      expect(words()).toHaveLength(4);
    }
    does.act = () => answers;
    expect(outcomes(await poll())).toEqual(all("read"));
  });
});

describe("a device that is busy (exceptions 5 and 6)", () => {
  test.each([5, 6])("is asked again after growing pauses, three times at most: exception %i", async (exception) => {
    const { asked, does, poll } = device(refuses(exception), [word("a")]);
    expect(outcomes(await poll())).toEqual({ a: "E_BUS_EXCEPTION" });
    const [first = 0, ...others] = asked.map(({ at }) => at);
    expect(others.map((at) => at - first)).toEqual([60, 170, 380]);
    asked.length = 0;
    does.act = () => (asked.length < 3 ? refuses(exception) : answers);
    expect(outcomes(await poll())).toEqual({ a: "read" });
    expect(asked).toHaveLength(3);
  });

  test("is not asked again when its poll is due", async () => {
    const { asked, clock, poll } = device(refuses(6), [word("a")]);
    const start = clock.now().mono;
    await poll({ due: millis(start + 100) });
    expect(asked.map(({ at }) => at - start)).toEqual([0, 60]);
  });

  test("is left alone when the agent stops", async () => {
    const { asked, clock, driver } = device(refuses(6), [word("a")]);
    const stop = new AbortController();
    const polling = driver.poll({ signal: stop.signal });
    await clock.advance(millis(20));
    stop.abort();
    await polling;
    expect(asked).toHaveLength(1);
  });
});

describe("settings", () => {
  const withSettings = [word("ab"), word("cd", { settings: true })];

  test("are asked only where the poll says so, after the values", async () => {
    const { driver, poll, words } = device(answers, withSettings);
    expect((await poll()).exchanges).toHaveLength(1);
    expect(words()).toEqual(["ab"]);
    const both = await poll({ settings: true });
    expect(words()).toEqual(["ab", "cd"]);
    expect(Object.keys(outcomes(both))).toEqual(["a", "b", "c", "d"]);
    expect(both.reads).toBe(driver.reads);
    expect(driver.reads).toEqual(["ab", "cd"]);
  });
});
