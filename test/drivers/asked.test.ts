import { describe, expect, test } from "vitest";
import { pollDevice } from "../../agent/collect/poller.ts";
import { AskedDriver, type Planned } from "../../drivers/asked.ts";
import type { Poll, PollOptions } from "../../drivers/driver.ts";
import { type Instant, millis, seconds } from "../../feed/format/vocabulary.ts";
import { fakeClock } from "../support/clock.ts";
import { type Act, answers, oneAtATime, refuses, scriptedLine, silentFor, word } from "./scripted.ts";

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
const only = (points: string, outcome: string): Record<string, string> =>
  Object.fromEntries([...points].map((point) => [point, outcome]));
const all = (outcome: string): Record<string, string> => only("abcdefghijklm", outcome);

describe("a device that is silent", () => {
  test("is asked two questions, then one, then nothing while it rests", async () => {
    const { poll, words } = device(silentFor(600));
    expect(outcomes(await poll())).toEqual({ ...all("E_BUS_RESTING"), ...only("abcdef", "E_BUS_TIMEOUT") });
    expect(words()).toEqual(["abcd", "ef"]);
    expect(outcomes(await poll())).toEqual({ ...all("E_BUS_RESTING"), ...only("ef", "E_BUS_TIMEOUT") });
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
    const back = await poll();
    expect(outcomes(back)).toEqual(all("read"));
    expect(words()).toEqual(["ghi", "abcd", "ef", "jklm"]);
    expect(back.exchanges.map(({ reply }) => String(reply))).toEqual(back.reads);
    does.act = () => silentFor(50);
    expect(outcomes(await poll())).toEqual({ ...all("E_BUS_RESTING"), ...only("abcdef", "E_BUS_TIMEOUT") });
    expect(words()).toEqual(["abcd", "ef"]);
  });

  test("that answers one question of a plan is found at last, and from then on asked all of them at each poll", async () => {
    const { does, poll, words } = device(answers);
    does.act = (question) => (question === "jklm" ? answers : silentFor(50));
    const turns: (readonly string[])[] = [];
    while (turns.at(-1)?.length !== plan.length) {
      await poll();
      turns.push(words());
      expect(turns.length).toBeLessThan(10);
    }
    for (let i = 0; i < 4; i++) {
      expect(outcomes(await poll())).toEqual({ ...all("E_BUS_TIMEOUT"), ...only("jklm", "read") });
      expect(words()).toEqual(["abcd", "ef", "jklm", "ghi"]);
    }
    does.act = () => silentFor(50);
    await poll();
    expect(words()).toEqual(["abcd", "ef", "jklm"]);
    await poll();
    expect(words()).toEqual(["jklm"]);
    does.act = (question) => (question === "ef" ? answers : silentFor(50));
    await poll();
    expect(words()).toEqual(["ef", "abcd", "ghi", "jklm"]);
  });

  test.each([2, 4, 6])("is another than one that refuses its first blocks (exception %i)", async (exception) => {
    const { does, poll } = device(answers);
    does.act = (question) => (/[a-f]/.test(question) ? refuses(exception) : answers);
    for (let i = 0; i < 3; i++)
      expect(outcomes(await poll())).toEqual({ ...all("read"), ...only("abcdef", "E_BUS_EXCEPTION") });
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
    expect(outcomes(await poll())).toEqual({ ...all("E_BUS_RESTING"), ...only("abcdef", "E_BUS_EXCEPTION") });
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

describe("a device with a long plan that is asked every second", () => {
  const long = [..."abcdefghijklmnopqrst"].map((point) => word(point));

  test.each([
    ["is silent", silentFor(500)],
    ["answers with a wrong CRC only", { ms: 30, failure: "E_BUS_CHECKSUM" } as const],
  ])(
    "and %s leaves the grid of its neighbour alone and its line free, from the start and when it dies anew",
    async (_, act) => {
      const clock = fakeClock();
      const stop = new AbortController();
      let bad: Act = act;
      const line = scriptedLine(clock, (question) => (question === "NEIGHBOUR" ? answers : bad));
      const bus = oneAtATime(line.bus, clock, 500);
      const late: number[] = [];
      let skipped = 0;
      const none = { polled: () => {}, presence: () => {}, skipped: () => {} };
      const rest = { points: [], status: [], settings: { points: [], every: seconds(600) } };
      const neighbour = {
        ...none,
        polled: (_poll: Poll, _readings: unknown, done: Instant) => void late.push(done.mono % 5000),
        skipped: (slots: number): void => {
          skipped += slots;
        },
      };
      const dead = new AskedDriver(bus, long, 500, clock);
      const good = new AskedDriver(bus, [word("NEIGHBOUR")], 500, clock);
      const running = [
        pollDevice({ id: "d", every: seconds(1), driver: dead, ...rest }, clock, none, stop.signal),
        pollDevice({ id: "n", every: seconds(5), driver: good, ...rest }, clock, neighbour, stop.signal),
      ];
      const spent = async (hours: number): Promise<number> => {
        line.asked.length = 0;
        await clock.advance(seconds(3600 * hours));
        const lost = act.ms + 1000;
        return (line.asked.filter(({ question }) => question !== "NEIGHBOUR").length * lost) / (3_600_000 * hours);
      };
      expect(await spent(1)).toBeLessThanOrEqual(0.05);
      bad = answers;
      await clock.advance(seconds(120));
      bad = act;
      expect(await spent(1)).toBeLessThanOrEqual(0.05);
      stop.abort();
      await Promise.all(running);
      expect(skipped).toBe(0);
      expect(late.length).toBeGreaterThan(1400);
      // Two questions at most stand before it, each with the silence after it.
      expect(Math.max(...late)).toBeLessThanOrEqual(2 * 1500 + answers.ms);
    },
  );
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
