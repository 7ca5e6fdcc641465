import { systemClock } from "../../drivers/clock.ts";
import { command, flag, option } from "../../feed/command.ts";
import { langOption, languageOf } from "../../feed/language.ts";
import { readFacts } from "../status/facts.ts";
import { judge } from "../status/judge.ts";
import { statusObject } from "../status/object.ts";
import { statusText } from "../status/text.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

export const status = command({
  name: "status",
  about:
    "Is it fine? The agent, its log, the service, each device, and the certificate of each month with the days that are left. It only reads files; the agent may be running.",
  takes: {
    config: option("--config FILE", "the site's configuration"),
    lang: langOption,
    json: flag("--json", "the same as one JSON object"),
  },
  examples: ["status --config site.yaml", "status --config site.yaml --lang zh", "status --config site.yaml --json"],
  ends: ends.status,
  exits: {
    0: "fine",
    2: "something is wrong: a certificate is overdue, no polls, no cosignature for a day",
    3: "fine, with remarks: something is late, or fewer than 10 days are left for a certificate",
  },
  run: ({ config, lang, json }) => {
    const facts = readFacts(readSite(config), systemClock.now().wall);
    const verdict = judge(facts);
    const text = json
      ? `${JSON.stringify(statusObject(facts, verdict))}\n`
      : statusText(facts, verdict, languageOf(lang, process.env));
    process.stdout.write(text);
    return verdict.exit;
  },
});
