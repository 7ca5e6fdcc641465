#!/usr/bin/env node
import { systemClock } from "../drivers/clock.ts";
import { command, integer, option, or, runProgram } from "../feed/command.ts";
import { journalPath, runAgent } from "./agent.ts";
import { calibrationChart } from "./commands/calibration-chart.ts";
import { calibrationEnter } from "./commands/calibration-enter.ts";
import { calibrationRata } from "./commands/calibration-rata.ts";
import { certify } from "./commands/certify.ts";
import { deposit } from "./commands/deposit.ts";
import { end } from "./commands/end.ts";
import { ends } from "./commands/ends.ts";
import { enrolSite, rotateSite } from "./commands/enrol.ts";
import { explain } from "./commands/explain.ts";
import { initSite } from "./commands/init.ts";
import { probe } from "./commands/probe.ts";
import { prune } from "./commands/prune.ts";
import { report } from "./commands/report.ts";
import { scan } from "./commands/scan.ts";
import { readSite } from "./commands/site.ts";
import { status } from "./commands/status.ts";
import { tail } from "./commands/tail.ts";
import { faults } from "./faults.ts";
import { exportBundle } from "./keep/export.ts";
import { createLogger } from "./logger.ts";
import { readPolicy } from "./policy.ts";
import { supervisionOf } from "./watchdog.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const config = option("--config FILE", "the site's configuration");

const init = command({
  name: "init",
  about: "Make the log key and begin the journal of a site. Overwrites nothing.",
  takes: {
    config,
    after: or(
      option("--after FILE", "continue a log that was closed: the registry's authorisation for this origin"),
      undefined,
    ),
  },
  examples: ["init --config site.yaml", "init --config site.yaml --after after.note"],
  ends: ends.init,
  run: ({ config, after }) => {
    const site = readSite(config);
    const vkey = initSite(site, after);
    print(`${site.state}: the log key and the journal. Keep the folder; a lost key cannot be made again.`);
    print("Register it: cems-agent enrol writes the request for the registry. A receiver without a register takes");
    print(`  - id: ${site.gateway}\n    log: ${vkey.text}`);
    return 0;
  },
});

const out = option("--out FILE", "the request to write; it must not be there yet");

const enrol = command({
  name: "enrol",
  about: "Write the request with which the registry registers this log and its key, or its new key after a rotation.",
  takes: { config, out },
  examples: ["enrol --config site.yaml --out request.note"],
  ends: ends.enrol,
  run: ({ config, out }) => {
    for (const line of enrolSite(readSite(config), out)) print(line);
    return 0;
  },
});

const rotate = command({
  name: "rotate",
  about: "Give the log a new key and write the request to register it. The agent must be stopped.",
  takes: { config, out },
  examples: ["rotate --config site.yaml --out request.note"],
  ends: ends.rotate,
  run: ({ config, out }) => {
    for (const line of rotateSite(readSite(config), out)) print(line);
    return 0;
  },
});

const check = command({
  name: "check",
  about: "Check a configuration and start nothing. Every problem is listed with its place and what to write instead.",
  takes: { config },
  examples: ["check --config site.yaml"],
  ends: ends.check,
  run: ({ config }) => {
    const { lines, devices, feed } = readSite(config, { files: true });
    const points = devices.reduce((sum, { profile }) => sum + profile.points.length, 0);
    const where = feed === undefined ? "kept only, sent nowhere" : `sent to ${feed.broker}`;
    print(`${config}: ${lines.length} lines, ${devices.length} devices, ${points} points, ${where}. No problem found.`);
    return 0;
  },
});

const run = command({
  name: "run",
  about: "Poll, keep, seal and send until stopped; the log is JSON lines on standard output.",
  takes: { config },
  examples: ["run --config site.yaml"],
  ends: ends.run,
  run: async ({ config }, signal) => {
    const site = readSite(config, { files: true });
    await runAgent(
      site,
      { clock: systemClock, log: createLogger(site.log), supervision: supervisionOf(process.env) },
      signal,
    );
    return 0;
  },
});

const export_ = command({
  name: "export",
  about: "Write entries and their proof into a folder that anyone can verify; the agent may be running.",
  takes: {
    config,
    out: option("--out DIR", "the folder to write; it must be empty or not there yet"),
    from: or(integer("--from N", "the first entry"), 0),
    to: or(
      integer("--to N", "one past the last entry; the export ends at the first checkpoint that covers it"),
      undefined,
    ),
  },
  examples: ["export --config site.yaml --out bundle", "export --config site.yaml --out day --from 86400 --to 172800"],
  ends: ends.export,
  run: ({ config, out, from, to }) => {
    const site = readSite(config);
    const policy = site.feed && readPolicy(site.feed.policy).text;
    const written = exportBundle(journalPath(site), out, { policy, from, to });
    print(
      `${out}: entries ${written.from} to ${written.to - 1}, ${written.checkpoints} checkpoints, ` +
        `${written.cosigned} of them cosigned. Verify it with: cems-receiver verify ${out}`,
    );
    return 0;
  },
});

await runProgram({
  name: "cems-agent",
  about: "Reads emission monitors and meters, keeps every reading signed and provable, and sends it to the receiver.",
  commands: [
    init,
    enrol,
    rotate,
    check,
    run,
    status,
    tail,
    probe,
    scan,
    explain,
    report,
    calibrationEnter,
    calibrationChart,
    calibrationRata,
    certify,
    deposit,
    end,
    prune,
    export_,
  ],
  faults: [faults],
});
