import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checksOf, handOver } from "../../agent/commands/calibration-enter.ts";
import { enteredFolder, takeEntered } from "../../agent/entering.ts";
import type { OpenJournal } from "../../agent/keep/open-journal.ts";
import { createLogger } from "../../agent/logger.ts";
import type { Derived } from "../../config/site.ts";
import { readEntry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { millis, seconds } from "../../feed/format/vocabulary.ts";
import { fakeClock } from "../support/clock.ts";
import { tempDir } from "../support/temporary.ts";
import { makeJournal } from "./keep/kit.ts";

const now = "2026-10-10T12:00:00.000Z";
const derived: Derived = {
  offset: millis(8 * 3_600_000),
  channels: [],
  checks: [
    {
      channel: "cems.so2",
      recognition: {
        named: {
          "status.zero": { point: "zero", reference: "0" },
          "status.span": { point: "span", reference: "400" },
        },
        announced: [],
        samples: 3,
        spread: "5",
        gap: 300_000,
      },
      judging: { rules: "hj75", kind: "gas", scale: "500" },
    },
  ],
  units: new Map([["cems.so2", "mg/m3"]]),
  substitutes: new Map(),
};
const given = { channel: "cems.so2", zero: undefined, span: undefined, at: undefined, by: "Li Wei" };
const typed = (more: Partial<Record<keyof typeof given, string>>) =>
  checksOf({ derived }, { ...given, ...more }, Date.parse(now));

/** The agent's side for three seconds. */
async function look(state: string, journal: OpenJournal): Promise<readonly string[]> {
  const clock = fakeClock(now);
  const stop = new AbortController();
  const parts = { folder: enteredFolder({ state }), derived, journal, keeper: { keep: journal.append }, clock };
  const running = takeEntered({ ...parts, log: createLogger("silent") }, stop.signal);
  await clock.advance(seconds(3));
  stop.abort();
  await running;
  return manuals(journal);
}

const manuals = (journal: OpenJournal): readonly string[] =>
  [...journal.ofType("manual", 0)].flatMap(({ bytes }) => {
    const read = readEntry(bytes);
    if (!read.ok || read.value.type !== "manual") return [];
    const { code, value, unit, period, by } = read.value;
    return [[code, value, unit, period, by].join(" ")];
  });

test("what is typed becomes entries under the name of who typed it, and its file goes", async () => {
  const state = tempDir();
  const { journal } = makeJournal();
  const path = handOver({ state }, typed({ zero: "-0.4", span: "251/250", at: "2026-10-10T08:30" }));
  const made = [
    'calibration {"channel":"cems.so2","point":"zero","reading":"-0.4","reference":"0"} mg/m3 2026-10-10T00:30:00.000Z Li Wei',
    'calibration {"channel":"cems.so2","point":"span","reading":"251","reference":"250"} mg/m3 2026-10-10T00:30:00.000Z Li Wei',
  ];
  expect(await look(state, journal)).toEqual(made);
  expect(existsSync(path)).toBe(false);
  // Power went after they were kept and before the file was gone.
  writeFileSync(path, JSON.stringify(typed({ zero: "-0.4", span: "251/250", at: "2026-10-10T08:30" })));
  expect(await look(state, journal)).toEqual(made);
  expect(existsSync(path)).toBe(false);
});

test.each<[Partial<Record<keyof typeof given, string>>, string]>([
  [{ channel: "cems.no", zero: "1" }, "cems.no is not among the channels of `derived.calibration`: cems.so2"],
  [{}, "nothing was checked; give --zero, --span, or both"],
  [{ zero: "1,5" }, "1,5 is no reading"],
  [{ zero: "1/2/3" }, "1/2/3 is no reading"],
  [{ zero: "1", at: "yesterday" }, "yesterday is no time"],
  [{ zero: "1", at: "2026-02-30T08:00" }, "2026-02-30T08:00 is no time"],
  [{ zero: "1", at: "2026-10-10T13:00Z" }, "its time is still to come"],
  [{ zero: "1", at: "2026-09-01T08:00" }, "it is older than 31 days"],
])("%j is refused where it is typed", (more, why) => {
  expect(() => typed(more)).toThrow(Fault);
  expect(() => typed(more)).toThrow(why);
});

test("a file of another form, of another site or too long is refused and left for a person to see, not for ever", async () => {
  const state = tempDir();
  const { journal } = makeJournal();
  const folder = enteredFolder({ state });
  mkdirSync(folder);
  const [check] = typed({ zero: "1" }).checks;
  const texts = [
    "{",
    JSON.stringify({ by: "x", checks: [] }),
    JSON.stringify({ by: "x", checks: [{ ...check, channel: "cems.no" }] }),
    JSON.stringify({ by: "x", checks: [{ ...check, reading: "1e999" }] }),
    JSON.stringify({ by: "x", checks: [{ ...check, t: Date.parse(now) + 3_600_000 }] }),
    " ".repeat(5000),
  ];
  for (const [index, text] of texts.entries()) writeFileSync(join(folder, `${index}.json`), text);
  writeFileSync(join(folder, "notes.txt"), "not ours");
  mkdirSync(join(folder, "aa.json"));
  expect(await look(state, journal)).toEqual([]);
  const left = readdirSync(folder).sort();
  expect(left).toEqual([...texts.map((_, index) => `${index}.json.refused`), "aa.json.refused", "notes.txt"]);
  for (let n = 10; n < 40; n++) writeFileSync(join(folder, `${n}.json.refused`), "");
  await look(state, journal);
  expect(readdirSync(folder).filter((name) => name.endsWith(".refused"))).toHaveLength(16);
  expect(readFileSync(join(folder, "notes.txt"), "utf8")).toBe("not ours");
});
