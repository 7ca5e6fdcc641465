import { expect, test } from "vitest";
import { nextPresence, type Presence, presenceEvent } from "../../../agent/collect/presence.ts";

const run = (heard: readonly boolean[]): (string | undefined)[] => {
  let presence: Presence = { is: "unknown" };
  return heard.map((one) => {
    const next = nextPresence(presence, one, 3);
    const event = presenceEvent(presence, next);
    presence = next;
    return event;
  });
};

test("a device is lost after three silent polls, said once, and back at its first answer", () => {
  expect(run([true, false, false, false, false, false, true, true])).toEqual([
    undefined,
    undefined,
    undefined,
    "COMM_LOST",
    undefined,
    undefined,
    "COMM_BACK",
    undefined,
  ]);
});

test("one missed poll is no event", () => {
  expect(run([true, false, true, false, false, true]).filter(Boolean)).toEqual([]);
});

test("a device that never answered is lost too", () => {
  expect(run([false, false, false])).toEqual([undefined, undefined, "COMM_LOST"]);
});
