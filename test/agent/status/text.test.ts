import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Facts } from "../../../agent/status/facts.ts";
import { judge, levels } from "../../../agent/status/judge.ts";
import { statusObject } from "../../../agent/status/object.ts";
import { statusText } from "../../../agent/status/text.ts";
import { said, screen } from "../../../agent/status/words.ts";
import { type Language, languages } from "../../../feed/language.ts";
import { root } from "../../support/program.ts";
import { at, day, fine, now, octoberEnds, withMonth, withService } from "./kit.ts";

const shown = (facts: Facts, language: Language): string => statusText(facts, judge(facts), language);
const texts = [...Object.values(screen), ...Object.values(said).flatMap(({ means, advice }) => [means, advice])];

describe("the words", () => {
  test("are there in both languages, with the same places for values", () => {
    const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
    expect(texts.length).toBeGreaterThan(60);
    expect(texts.filter(({ en, zh }) => String(places(en)) !== String(places(zh)))).toEqual([]);
    expect(texts.filter(({ en, zh }) => en === zh || /\p{Script=Han}/u.test(en))).toEqual([]);
    expect(texts.filter(({ zh }) => !/\p{Script=Han}/u.test(zh))).toEqual([]);
  });

  test.each(languages)("leave no place empty in %s", (language) => {
    for (const facts of [fine(), fine({ running: false, service: null, ...withMonth({}) })])
      expect(shown(facts, language)).not.toMatch(/\{\w+\}|undefined|NaN/);
  });
});

test("agent/README.md lists each code with the exit status it leads to", () => {
  const readme = readFileSync(join(root, "agent/README.md"), "utf8");
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| ([23]) +\| /gm)].map(([, code, exit]) => [code, Number(exit)]);
  expect(rows).toEqual(Object.entries(levels).map(([code, level]) => [code, level === "wrong" ? 2 : 3]));
});

test("one screen says that it is fine", () => {
  const text = shown(fine(), "en");
  expect(text.split("\n")[0]).toBe("FINE  2026-11-25 12:00:00 +08:00");
  expect(text).toContain("stack      2 s ago, 24 of 24 values");
  expect(text).toContain("2026-10    certified: p1-s1-2026-10-1, countersigned");
  expect(text).toContain("does not hold yet: 1 entries wait, the oldest for 2 s");
  const idle = withService({ outbox: { entries: 0, since: null } });
  expect(shown(fine(idle), "en")).toContain("does not hold yet: nothing waits");
  expect(text.split("\n").length).toBeLessThan(25);
});

test("a month that is not certified says until when, and how many days are left", () => {
  expect(shown(fine(withMonth({})), "en")).toContain("2026-10    not certified; due until 2026-12-10, 15 days left");
  expect(shown(fine(withMonth({})), "zh")).toContain("2026-10    未存证；截止 2026-12-10，剩余 15 天");
  const last = at(octoberEnds + 40 * day - 1, fine(withMonth({})));
  expect(shown(last, "en")).toContain("due until 2026-12-10: TODAY IS THE LAST DAY");
});

test("an overdue month is on top and in its row, and nobody misses it", () => {
  const facts = at(octoberEnds + 42 * day, fine(withMonth({})));
  const lines = shown(facts, "en").split("\n");
  expect(lines[0]).toMatch(/^SOMETHING IS WRONG/);
  expect(lines[1]).toBe("!! CERT_OVERDUE: OVERDUE: 2026-10 is not certified; it was due until 2026-12-10, 3 days ago");
  expect(lines.find((line) => line.includes("  2026-10 "))).toContain(
    "!!! OVERDUE !!! was due until 2026-12-10, 3 days ago",
  );
  expect(shown(facts, "zh")).toContain("!!! 已逾期 !!! 截止日期为 2026-12-10，已逾期 3 天");
});

test("the object says what the screen says, in times of UTC", () => {
  const facts = fine({ ...withMonth({}), ...withService({ uncosigned: { entries: 7, since: now - 1_000_000 } }) });
  expect(statusObject(facts, judge(facts))).toMatchObject({
    form: "cems-status/1",
    at: "2026-11-25T04:00:00.000Z",
    verdict: "remarks",
    exit: 3,
    findings: [{ code: "COSIGNATURE_LATE", level: "remark", subject: null, since: "2026-11-25T03:43:20.000Z" }],
    agent: { running: true, ended: false },
    service: { uncosigned: { entries: 7, since: "2026-11-25T03:43:20.000Z" } },
    devices: [{ id: "stack", everyMs: 5000, last: { values: 24, of: 24, entry: 99 } }],
    certificates: { months: [{ month: "2026-10", is: "missing", until: "2026-12-10", daysLeft: 15 }] },
  });
});
