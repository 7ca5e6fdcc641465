import { expect, test } from "vitest";
import { downtime } from "../../agent/downtime.ts";
import type { StoredEntry } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";

const t = "2026-10-01T00:00:00.000Z";
const at = (ms: number) => millis(Date.parse(t) + ms);
const chain = { v: 1, seq: 9, prev: "", salt: "" } as const;
const ended = (code: string): StoredEntry => ({ ...chain, type: "event", t, code, detail: "" });

test.each([
  ["AGENT_STOP", "aaaaaaaa", "the agent was stopped"],
  ["COMM_LOST", "aaaaaaaa", "the agent ended without notice"],
  ["COMM_LOST", "bbbbbbbb", "the agent ended without notice; the machine was started anew"],
])("after %s, on boot %s: %s", (code, lastBoot, why) => {
  expect(downtime(ended(code), "aaaaaaaa", lastBoot, at(3_600_000))).toEqual({
    type: "gap",
    t: "2026-10-01T01:00:00.000Z",
    from: t,
    to: "2026-10-01T01:00:00.000Z",
    why,
  });
});

test("a short restart, a clock that went back and a log without entries leave no gap", () => {
  expect(downtime(ended("AGENT_STOP"), "a", "a", at(59_000))).toBeUndefined();
  expect(downtime(ended("AGENT_STOP"), "a", "a", at(-3_600_000))).toBeUndefined();
  expect(downtime(undefined, "a", undefined, at(3_600_000))).toBeUndefined();
});
