import { describe, expect, test } from "vitest";
import { seconds } from "../../../feed/format/vocabulary.ts";
import { pauseBefore } from "../../../feed/link/pause.ts";
import { topicMatches } from "../../../feed/link/topic.ts";

describe("the pause before the next attempt", () => {
  const limits = { first: seconds(1), longest: seconds(60) };
  test("doubles up to its limit", () => {
    expect([0, 1, 2, 5, 6, 1000].map((n) => pauseBefore(n, limits, 1))).toEqual([
      1000, 2000, 4000, 32_000, 60_000, 60_000,
    ]);
  });
  test("is anywhere below, so that gateways spread", () => {
    expect([0, 0.25, 0.5].map((random) => pauseBefore(2, limits, random))).toEqual([0, 1000, 2000]);
  });
});

test.each([
  ["a/b", "a/b", true],
  ["a/+/c", "a/b/c", true],
  ["a/+", "a/b/c", false],
  ["a/#", "a/b/c", true],
  ["a/#", "a", true],
  ["#", "a/b", true],
  ["#", "$SYS/a", false],
  ["a/b/c", "a/b", false],
  ["a/b", "a/b/c", false],
])("filter %s, topic %s: %s", (filter, topic, fits) => expect(topicMatches(filter, topic)).toBe(fits));
