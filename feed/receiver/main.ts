#!/usr/bin/env node
import { command, flag, integer, only, option, or, runProgram } from "../command.ts";
import { Fault } from "../format/faults.ts";
import { KEY_NAME } from "../format/vkey.ts";
import { langOption, languageOf } from "../language.ts";
import { linkFaults } from "../link/faults.ts";
import { renderProblems } from "../yaml/render.ts";
import { closeMonth } from "./close.ts";
import { ends } from "./ends.ts";
import { receiverFaults } from "./faults.ts";
import { initReceiver } from "./init.ts";
import { openReader } from "./readings.ts";
import { lastReceipt } from "./receipt.ts";
import { registryCommands } from "./registry/commands.ts";
import { keepWhole } from "./registry/folder.ts";
import { registeredIn } from "./registry/use.ts";
import { runReceiver } from "./run.ts";
import { loadSettings, type ReceiverSettings } from "./settings.ts";
import { tail } from "./tail.ts";
import { ownRegister, verifyFolder } from "./verify.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const config = option("--config FILE", "the receiver's settings, as init wrote them");

/** Writes every problem of the settings to standard error, then throws Fault E_RECEIVER_SETTINGS. */
function readSettings(file: string, options: { readonly files?: boolean } = {}): ReceiverSettings {
  const settings = loadSettings(file, options);
  if (settings.ok) return settings.value;
  process.stderr.write(renderProblems(settings.problem));
  const count = settings.problem.length;
  throw new Fault("E_RECEIVER_SETTINGS", `${file} has ${count} ${count === 1 ? "problem" : "problems"}`);
}

const init = command({
  name: "init",
  about: "Make a receiver: its keys, an empty ledger, receiver.yaml, and policy.txt for the plants.",
  takes: {
    dir: option("--dir DIR", "the folder to make it in; it must be empty or not there yet"),
    name: or(
      only(
        option("--name DOMAIN", "the service's domain, from which its keys are named"),
        (name) => KEY_NAME.test(`ctl.${name}`),
        "A domain without spaces and without +, such as dqs.example.cn,",
      ),
      "dqs.example.cn",
    ),
  },
  examples: ["init --dir /var/lib/cems-receiver --name dqs.example.cn"],
  ends: ends.init,
  run: ({ dir, name }) => {
    initReceiver(dir, name);
    print(`${dir}/receiver.yaml: name the broker and the gateways, then run.`);
    print(`${dir}/policy.txt: give it to the plants.`);
    return 0;
  },
});

const run = command({
  name: "run",
  about: "Receive, verify and acknowledge until stopped; the log is JSON lines on standard output.",
  takes: { config },
  examples: ["run --config /var/lib/cems-receiver/receiver.yaml"],
  ends: ends.run,
  run: async ({ config }, signal) => {
    await runReceiver(readSettings(config, { files: true }), signal);
    return 0;
  },
});

const show = command({
  name: "tail",
  about: "Print verified readings from the ledger, also while the receiver runs.",
  takes: {
    config,
    last: or(integer("--last N", "how many of the newest entries to begin with"), 10),
    follow: flag("--follow", "go on with each new entry as it is committed"),
    json: flag("--json", "JSON lines: one a reading, and the sizes of each log whenever they change"),
    summary: flag("--summary", "end with counts of entries, readings and refused messages"),
  },
  examples: ["tail --config receiver.yaml", "tail --config receiver.yaml --follow --json --last 0"],
  ends: ends.tail,
  run: async ({ config, ...options }, signal) => {
    const settings = readSettings(config);
    const { ledger } = settings;
    const names = new Map(registeredIn(settings).map(({ id, log }) => [log.name, id]));
    const reader = openReader(ledger, (origin) => names.get(origin) ?? origin);
    try {
      await tail(reader, { ...options, print, now: Date.now }, signal);
    } finally {
      reader.close();
    }
    return 0;
  },
});

const receipt = command({
  name: "receipt",
  about: "Countersign the newest tree of which every entry of a log is held, and write the note.",
  takes: {
    config,
    origin: option("--origin ORIGIN", "the log, as its key is named"),
    out: option("--out FILE", "the note to write"),
  },
  examples: ["receipt --config receiver.yaml --origin dqs.example.cn/log/p1-s1-g1/1 --out last.note"],
  ends: ends.receipt,
  run: async ({ config, origin, out }) => {
    const { size, note } = await lastReceipt(readSettings(config), origin, Date.now());
    keepWhole(out, note);
    print(`${out}: the tree of ${size}`);
    return 0;
  },
});

const verify = command({
  name: "verify",
  about:
    "Verify a folder that cems-agent export or certify wrote, without a network: fourteen steps, what came out of each, who signed what, and what it shows and does not show.",
  takes: {
    dir: option("DIR", "the folder with keys.txt, leaves.jsonl and checkpoints"),
    policy: or(
      option(
        "--policy FILE",
        "take the keys from this policy of your own, with the gateway's `log VKEY`, not from keys.txt",
      ),
      undefined,
    ),
    register: or(
      option("--register FILE", "take the logs, their keys by tree size, and the policy from this register"),
      undefined,
    ),
    registerKey: or(
      option("--register-key VKEY", "the registry's verifier key; without it the register's own is used and printed"),
      undefined,
    ),
    lang: langOption,
    json: flag("--json", "print the whole report as one JSON object"),
  },
  examples: [
    "verify export",
    "verify export --register register.note --lang zh",
    "verify export --policy register/keys.txt",
    "verify export --register register.note --register-key 'reg.dqs.example.cn+1b2c3d4e+AbC...'",
    "verify export --json",
  ],
  ends: ends.verify,
  exits: { 2: "refused: a check failed; its code is printed", 3: "valid, with remarks that are printed" },
  run: ({ dir, policy, register, registerKey, lang, json }) => {
    const tell = json ? (line: string) => void process.stderr.write(`${line}\n`) : print;
    const by = register === undefined ? policy : ownRegister(register, registerKey, tell);
    const language = languageOf(lang, process.env);
    return verifyFolder(dir, by, print, { json, language, keyGiven: registerKey !== undefined });
  },
});

const close = command({
  name: "close",
  about: "Close a month: for each gateway, sign which tree closes it and which certificates were countersigned.",
  takes: {
    config,
    month: option("--month MONTH", "the month, such as 2026-10"),
    out: option(
      "--out DIR",
      "the folder to write the statements to; the plants put theirs into the bundle as close.note",
    ),
  },
  examples: ["close --config receiver.yaml --month 2026-10 --out closed"],
  ends: ends.close,
  run: ({ config, month, out }) => {
    for (const { gateway, file, certs } of closeMonth(readSettings(config), month, out, Date.now()))
      print(file === undefined ? `${gateway}: no certificate of ${month}` : `${gateway}: ${certs.join(", ")}, ${file}`);
    return 0;
  },
});

await runProgram({
  name: "cems-receiver",
  about: "Receives what agents send, verifies it, and cosigns it as witness and as mirror.",
  commands: [init, run, show, receipt, verify, close, ...registryCommands],
  faults: [receiverFaults, linkFaults],
});
