import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { journalPath } from "../../../agent/agent.ts";
import { pruneSite } from "../../../agent/commands/prune.ts";
import { createKey, loadSigner } from "../../../agent/keep/keys.ts";
import { createJournal } from "../../../agent/keep/open.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { keyPath } from "../../../agent/log-key.ts";
import { loadSite } from "../../../config/load.ts";
import type { Site } from "../../../config/site.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import { Fault } from "../../../feed/format/faults.ts";
import { tempDir } from "../../support/temporary.ts";
import { events, genesis, origin } from "../keep/kit.ts";

/** A site whose journal has October and November of 2026, all of it mirrored. */
function makeSite(more: string): Site {
  const file = join(tempDir(), "site.yaml");
  writeFileSync(
    file,
    `site: { origin: ${origin}, gateway: g1, plant: plant, stack: s1, device: { model: test, sn: "1" } }
state: state
lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: 9 }]
devices: [{ id: power, line: l, unit: 1, profile: eastron/sdm630, every: 1h, points: [power] }]
${more}`,
  );
  const site = loadSite(file, loadCatalogue());
  if (!site.ok) throw new Error(JSON.stringify(site.problem));
  mkdirSync(site.value.state);
  createKey(keyPath(site.value));
  const signer = loadSigner(keyPath(site.value), origin);
  const journal = createJournal(journalPath(site.value), { genesis: genesis(signer) });
  for (const from of [0, 31 * 86_400]) {
    journal.append(...events(50, from));
    seal(journal, signer);
  }
  journal.cosign(101, [], { mirrored: 101 });
  journal.close();
  return site.value;
}
const years = (later: number): number => Date.UTC(2026 + later, 10, 15);
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "";
};

test("polls may be removed once the months that the site names have passed", () => {
  const site = makeSite("retain: 12\n");
  expect(refusal(() => pruneSite(site, "2026-10", Date.UTC(2027, 8, 30)))).toBe(
    "E_PRUNE_EARLY: polls of 2026-10 are retained until 2027-10-01T00:00:49.000Z",
  );
  expect(pruneSite(site, "2026-10", years(1))).toMatchObject({ from: 0, to: 51 });
});

test("where the site says nothing none are", () => {
  expect(refusal(() => pruneSite(makeSite(""), "2026-10", years(9)))).toMatch(/^E_PRUNE_EARLY: .* has no `retain`$/);
});

test("a month that the site certifies goes only with a certificate that the service countersigned", () => {
  const certificate = { sector: "power", params: [], missing: [] } as const;
  const site: Site = { ...makeSite("retain: 12\n"), certificate };
  expect(refusal(() => pruneSite(site, "2026-10", years(1)))).toBe(
    "E_PRUNE_EARLY: no countersigned certificate of 2026-10",
  );
});
