import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { millis } from "../../feed/format/vocabulary.ts";
import { renderSummary, whatIsWrong } from "../../simulator/demo/summary.ts";
import { firstReadingWithin, timeLimit } from "../../simulator/demo/time-limit.ts";
import { type Program, runNode, spawnNode } from "../support/program.ts";
import { tempDir } from "../support/temporary.ts";
import { until } from "../support/until.ts";

const program = "dist/simulator/demo/main.js";

/** The processes that a process started, by what Linux says of each. */
function childrenOf(parent: number): number[] {
  const parentOf = (pid: string): number => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 1).split(" ")[2]);
    } catch {
      return 0; // it has ended meanwhile
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

/** One that has ended and that nobody waited for yet (state Z) is no program any more. */
const alive = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
};
const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");

function begun(): { demo: Program; pid: number; temporary: string } {
  const temporary = join(tempDir(), "t");
  mkdirSync(temporary);
  const demo = spawnNode(program, ["--seed", "4"], { env: { TMPDIR: temporary } });
  return { demo, pid: demo.child.pid ?? 0, temporary };
}

/** A demo whose five programs all run; what is left of them ends with the test. */
async function playing(): Promise<{ demo: Program; parts: readonly number[]; temporary: string }> {
  const { demo, pid, temporary } = begun();
  // The agent's first line: from then on it ends in order when it is told to.
  const agentRuns = (): boolean =>
    readdirSync(temporary)
      .map((name) => join(temporary, name, "agent.log"))
      .some((log) => existsSync(log) && statSync(log).size > 0);
  await until(() => agentRuns() && childrenOf(pid).length === 5, { within: 60_000 });
  const parts = childrenOf(pid);
  onTestFinished(() => {
    for (const part of parts) if (alive(part)) process.kill(part, "SIGKILL");
  });
  return { demo, parts, temporary };
}

test("a killed demo leaves no program behind", async () => {
  const { demo, parts } = await playing();
  await demo.stop("SIGKILL");
  // The agent may be told before it sees that the broker is gone: then it waits 20 s for receipts.
  await until(() => !parts.some(alive), { within: 90_000 }).catch(() => {});
  expect(parts.filter(alive).map(commandOf)).toEqual([]);
  expect(parts).toHaveLength(5);
}, 160_000);

/** What of a demo is there when the signal comes, from the first program to the last, which does not listen yet. */
const moments = ["broker.log", "simulator.log", "receiver", "agent/site.yaml", "receiver.log", "agent.log"];

test.each(moments)("Ctrl-C at the time of its %s ends the demo with one line and leaves no folder", async (made) => {
  const { demo, temporary } = begun();
  await until(() => readdirSync(temporary).some((name) => existsSync(join(temporary, name, made))), {
    within: 60_000,
    every: 5,
  });
  const { code } = await demo.stop("SIGINT");
  expect([code, demo.stdout(), demo.stderr()]).toEqual([
    1,
    "Not well: it ended before the first reading was verified.\n",
    "",
  ]);
  expect(readdirSync(temporary)).toEqual([]);
});

test("a closed terminal ends the demo in order, with its folder", async () => {
  const { demo, parts, temporary } = await playing();
  const { signal } = await demo.stop("SIGHUP");
  expect([signal, demo.stderr()]).toEqual([null, ""]);
  expect(parts.filter(alive)).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
});

test.each([
  [["--for", "0s"], 64, /^demo: .*longer than 0.* Type: npm run demo -- \[--for TIME\] \[--keep DIR\] \[--seed N\]$/],
  [["--for", "999999h"], 64, /^demo: .*at most 500h/],
  [["--keep", ""], 64, /^demo: .*A value that is not empty is wanted\. Type: npm run demo -- /],
  [["--keep", "/proc/x"], 73, /^E_SIM_FOLDER: .*\/proc\/x/],
  [["--keep", "/dev/null"], 73, /^E_SIM_FOLDER: .*\/dev\/null/],
  [["--keep", "/etc/passwd/x"], 73, /^E_SIM_FOLDER: .*\/etc\/passwd\/x/],
])("%j ends with one line and status %d", async (args, status, line) => {
  const { code, stdout, stderr } = await runNode(program, args);
  expect([code, stdout, stderr.trim().split("\n").length]).toEqual([status, "", 1]);
  expect(stderr.trim()).toMatch(line);
});

test("a program of the demo that ends ends the demo, which keeps what it said", async () => {
  const { demo, parts, temporary } = await playing();
  process.kill(parts[0] ?? 0, "SIGKILL");
  expect((await demo.ended).code).toBe(70);
  expect(parts.filter(alive)).toEqual([]);
  const [kept = ""] = readdirSync(temporary);
  expect(readdirSync(join(temporary, kept))).toContain("agent.log");
  expect(demo.stderr()).toContain(`kept in ${join(temporary, kept)}`);
});

describe("the time of a demo", () => {
  const played = (time: number | undefined) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const end = vi.fn();
    return { end, limit: timeLimit(time === undefined ? undefined : millis(time), end) };
  };

  test("counts from the first verified reading", () => {
    const { end, limit } = played(20_000);
    vi.advanceTimersByTime(firstReadingWithin - 1);
    limit.verified();
    vi.advanceTimersByTime(19_999);
    limit.verified();
    expect(end).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect([end.mock.calls.length, limit.waitedInVain]).toEqual([1, false]);
  });

  test("ends where none comes", () => {
    const { end, limit } = played(20_000);
    vi.advanceTimersByTime(firstReadingWithin);
    expect([end.mock.calls.length, limit.waitedInVain]).toEqual([1, true]);
  });

  test("is without end where none was given", () => {
    const { end } = played(undefined);
    vi.advanceTimersByTime(firstReadingWithin * 10);
    expect(end).not.toHaveBeenCalled();
  });
});

test("a summary says in words what is wrong with the run", () => {
  const well = { taken: 9, missing: 2, kept: 9, published: 9, verified: 9, acknowledged: 9, refused: {} };
  expect(whatIsWrong(well)).toBeUndefined();
  expect(whatIsWrong({ ...well, taken: 0, acknowledged: 0 })).toBe("it ended before the first reading");
  expect(whatIsWrong({ ...well, acknowledged: 7, refused: { SIG_BAD: 2 } })).toBe(
    "2 readings were not acknowledged, 2 messages were refused",
  );
});

test("a summary says how many of the readings have no value, which is no loss", () => {
  const summary = { taken: 9, missing: 2, kept: 9, published: 9, verified: 9, acknowledged: 9, refused: {} };
  const counts = renderSummary(summary)
    .split("\n")
    .map((row) => row.trim().split(/ {2,}/));
  expect(counts.slice(0, 3).map(([name, count]) => [name, Number(count)])).toEqual([
    ["taken", 9],
    ["missing", 2],
    ["kept", 9],
  ]);
  expect(counts[1]?.[2]).toMatch(/without a value/);
  expect(whatIsWrong(summary)).toBeUndefined();
});
