import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bashCompletion } from "../../../config/debian/completion.ts";
import { explainAll, readHelp } from "../../../config/debian/help.ts";
import { manPage } from "../../../config/debian/man.ts";
import { root } from "../../support/program.ts";

const text = `Usage: p report [options] <FILE>

The hours of a month.
As they stand.

Options:
  --config <FILE>       the site's configuration
  --substitute <RULES>  fill missing hours, in columns of their own, by part-75,
                        hj75, eu
  -h, --help            display help for command

Examples:
  p report --config site.yaml

Exit status:
   0  done
  64  wrong arguments; E_X
`;

test("help is read back: what it is, and each list with its folded rows", () => {
  const { usage, about, lists } = readHelp(text);
  expect({ usage, about }).toEqual({
    usage: "p report [options] <FILE>",
    about: "The hours of a month. As they stand.",
  });
  expect(lists.get("Options")?.[1]).toEqual({
    term: "--substitute <RULES>",
    text: "fill missing hours, in columns of their own, by part-75, hj75, eu",
  });
  expect(lists.get("Examples")).toEqual([{ term: "p report --config site.yaml", text: "" }]);
  expect(lists.get("Exit status")?.map(({ term }) => term)).toEqual(["0", "64"]);
});

const explain = (script: string) =>
  explainAll((words) =>
    execFileSync(process.execPath, [join(root, "dist", script), ...words, "--help"], { encoding: "utf8" }),
  );

test("the manual has every command with its options, and no line that groff takes for a request", () => {
  const explained = explain("feed/receiver/main.js");
  const page = manPage("cems-receiver", "1", explained);
  for (const words of ["run", "verify", "registry add"]) expect(page).toContain(`.SS ${words}\n`);
  expect(page).toContain(".B \\-\\-fingerprint <HEX>\n");
  expect(page).toMatch(/^\.B 64\nwrong arguments/m);
  expect(page.match(/^\.SS /gm)?.length).toBeGreaterThan(8);
  const requests = page.split("\n").filter((line) => line.startsWith(".") || line.startsWith("'"));
  expect(requests.filter((line) => !/^\.(TH|SH|SS|B|I|TP|PP|nf|fi)\b/.test(line))).toEqual([]);
});

test("bash completes commands, their options, and leaves values to the names of files", () => {
  const script = bashCompletion("cems-receiver", explain("feed/receiver/main.js"));
  const offered = (...words: readonly string[]): string[] => {
    const typed = words.map((word) => `'${word}'`).join(" ");
    const ask = `COMP_WORDS=(cems-receiver ${typed}); COMP_CWORD=${words.length}; _cems_receiver; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const said = execFileSync("bash", ["-c", `${script}\n${ask}`], { encoding: "utf8" });
    return said.split("\n").filter((line) => line !== "");
  };
  expect(offered("ver")).toEqual(["verify"]);
  expect(offered("registry", "a")).toEqual(["add", "authorise"]);
  expect(offered("registry", "add", "--f")).toEqual(["--fingerprint"]);
  expect(offered("run", "--")).toEqual(["--config", "--help"]);
  expect(offered("run", "--config", "")).toEqual([]);
  expect(offered("run", "--config", "verify", "--")).toEqual(["--config", "--help"]);
});
