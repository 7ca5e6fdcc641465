import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faults } from "../../agent/faults.ts";
import type { FaultRow } from "../../feed/format/faults.ts";
import { root } from "../support/program.ts";

const file = join(root, "agent/README.md");
const mark = "<!-- faults -->";

test("agent/README.md explains every fault and no other", () => {
  const rows = Object.entries<FaultRow>(faults).map(
    ([code, { consequence, hint, exit }]) => `| \`${code}\` | ${exit ?? ""} | ${consequence} | ${hint} |`,
  );
  const table = ["| code | exit | what follows | what to do |", "|---|---|---|---|", ...rows, ""].join("\n");
  const [before = "", after = ""] = readFileSync(file, "utf8").split(`${mark}\n`);
  if (process.env.UPDATE === "1") writeFileSync(file, `${before}${mark}\n${table}`);
  else expect(after).toBe(table);
});
