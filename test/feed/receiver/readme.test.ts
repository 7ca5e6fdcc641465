import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { receiverFaults } from "../../../feed/receiver/faults.ts";
import { root } from "../../support/program.ts";

test("the README explains every fault and no other, in the words of the table", () => {
  const text = readFileSync(join(root, "feed", "receiver", "README.md"), "utf8");
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| `E_"))
    .map((row) => row.replace(/ +/g, " "));
  const table = Object.entries(receiverFaults).map(
    ([code, { consequence, hint, exit }]) => `| \`${code}\` | ${exit} | ${consequence}. ${hint} |`,
  );
  expect(rows).toEqual(table);
});
