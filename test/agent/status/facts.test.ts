import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certifyMonth } from "../../../agent/certify/certify.ts";
import { openJournal } from "../../../agent/keep/open.ts";
import { type Facts, readFacts } from "../../../agent/status/facts.ts";
import { judge } from "../../../agent/status/judge.ts";
import { countdownOf } from "../../../agent/status/months.ts";
import { loadSite } from "../../../config/load.ts";
import type { Site } from "../../../config/site.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import type { EntryBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { formatPolicy } from "../../../feed/format/policy.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { tempDir } from "../../support/temporary.ts";
import { control, from, hour, october, optionsFor, origin, policy, receiptFor, to } from "../certify/october.ts";

const day = 24 * hour;

/** A site whose journal has October of 2026, which it certifies. */
function siteOf(journalDir: string): Site {
  const state = dirname(journalDir);
  writeFileSync(join(state, "policy.txt"), formatPolicy({ ...policy, control: control.vkey }));
  writeFileSync(
    join(state, "site.yaml"),
    `site: { origin: ${origin}, gateway: g1, plant: p1, stack: s1, device: { model: test, sn: "1" } }
state: .
feed: { broker: "mqtt://127.0.0.1:9", policy: policy.txt }
lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: 9 }]
devices:
  - { id: power, line: l, unit: 1, profile: eastron/sdm630, every: 1m, points: [power] }
  - { id: spare, line: l, unit: 2, profile: eastron/sdm630, every: 1m, points: [power] }
`,
  );
  const site = loadSite(join(state, "site.yaml"), loadCatalogue());
  if (!site.ok) throw new Error(JSON.stringify(site.problem));
  return { ...site.value, certificate: { sector: "power", params: [], missing: [] } };
}

const append = (dir: string, ...bodies: EntryBody[]): void => {
  const journal = openJournal(dir);
  journal.append(...bodies);
  journal.close();
};
const stands = ({ certificates, now }: Facts) =>
  certificates?.months.map((one) => [one.month, countdownOf(one, now, certificates.due.days).is]);

describe("what the files of a site say", () => {
  let dir: string;
  let site: Site;
  beforeAll(() => {
    dir = october();
    site = siteOf(dir);
  });
  const facts = (now = to + 6 * day): Facts => readFacts(site, now);

  test("how far the log is signed and cosigned, and what waits since when", () => {
    append(dir, { type: "event", t: isoTime(millis(to + hour)), code: "TEST", detail: "" });
    const { head, checkpoint, unsigned, service, running, begun, check } = facts();
    const size = head.size - 1;
    expect({ head, checkpoint, unsigned }).toEqual({
      head: { size: size + 1, at: to + hour },
      checkpoint: { size, at: to + 2000 },
      unsigned: { entries: 1, since: to + hour },
    });
    expect(service).toEqual({
      cosigned: { size, at: to + 6000 },
      uncosigned: { entries: 1, since: to + hour },
      outbox: { entries: 1, since: to + hour },
    });
    expect([running, begun, check]).toEqual([false, from - 40 * hour, null]);
  });

  test("the last poll of each device, and what the clock followed then", () => {
    const { devices, clock } = facts();
    expect(devices.map(({ id, last }) => [id, last?.at, last?.values, last?.of])).toEqual([
      ["power", to + 1000, 1, 1],
      ["spare", undefined, undefined, undefined],
    ]);
    expect(clock).toEqual({ source: "ntp", maxErrMs: 4, at: to + 1000 });
  });

  test("that a device is silent, until it is back or a poll brings a value", () => {
    const silent = () => facts().devices.map(({ silentSince }) => silentSince);
    const told = (code: string, dev: string, at: number): EntryBody => ({
      type: "event",
      t: isoTime(millis(at)),
      code,
      detail: "",
      dev,
    });
    append(dir, told("COMM_LOST", "spare", to + 2 * hour), told("COMM_LOST", "power", to + 2 * hour));
    expect(silent()).toEqual([null, to + 2 * hour]);
    append(dir, told("COMM_BACK", "spare", to + 3 * hour));
    expect(silent()).toEqual([null, null]);
  });

  test("the last check of the whole journal", () => {
    const told = (code: string, at: number): EntryBody => ({ type: "event", t: isoTime(millis(at)), code, detail: "" });
    append(dir, told("E_JOURNAL_CORRUPT", to + 4 * hour));
    expect(facts().check).toEqual({ at: to + 4 * hour, fault: "E_JOURNAL_CORRUPT" });
    append(dir, told("JOURNAL_CHECKED", to + 5 * hour));
    expect(facts().check).toEqual({ at: to + 5 * hour, fault: null });
  });

  test("each month since the log began, from no certificate to a countersigned one", async () => {
    expect(stands(facts())).toEqual([
      ["2026-09", "missing"],
      ["2026-10", "missing"],
      ["2026-11", "running"],
    ]);
    await certifyMonth(optionsFor(dir, join(tempDir(afterAll), "bundle"), { control: [] }));
    expect(stands(facts())?.[1]).toEqual(["2026-10", "unsigned"]);
    const path = join(dirname(dir), "certificates", "p1-s1-2026-10-1.note");
    const { note, refused } = await receiptFor(dir, readFileSync(path), { cleanup: afterAll });
    expect(refused).toEqual([]);
    writeFileSync(path, note ?? "");
    expect(stands(facts())?.[1]).toEqual(["2026-10", "done"]);
    rmSync(path);
    expect(stands(facts())?.[1]).toEqual(["2026-10", "lost"]);
    const late = judge(facts(to + 41 * day)).findings.filter(({ code }) => code.startsWith("CERT_"));
    expect(late.map(({ code, subject }) => `${subject} ${code}`)).toEqual([
      "2026-09 CERT_OVERDUE",
      "2026-10 CERT_FILE_LOST",
      "2026-10 CERT_OVERDUE",
    ]);
  });
});
