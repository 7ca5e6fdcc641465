import { expect, test } from "vitest";
import {
  command,
  duration,
  evaluate,
  flag,
  integer,
  option,
  or,
  type ProgramSpec,
  packageVersion,
} from "../../feed/command.ts";
import { Fault } from "../../feed/format/faults.ts";

const run = command({
  name: "run",
  about: "Run the site.",
  takes: {
    config: option("--config FILE", "the configuration"),
    time: or(duration("--for TIME", "stop after this"), undefined),
    seed: or(integer("--seed N", "the seed"), 7),
    json: flag("--json", "JSON lines"),
  },
  examples: ["run --config site.yaml"],
  exits: { 3: "something was lost" },
  run: (given, signal) => {
    seen = given;
    if (given.config === "none") throw new Fault("E_CONFIG_MISSING", "no file\nnone");
    if (given.config === "odd") throw new Fault("E_ODD", "no row for it");
    if (given.config === "bug") throw new TypeError("x is not a function");
    return signal.aborted ? 9 : given.json ? 3 : undefined;
  },
});
const verify = command({
  name: "verify",
  about: "Verify a folder.",
  takes: { dir: option("DIR", "the folder") },
  examples: ["verify out"],
  ends: ["E_BAD"],
  run: ({ dir }) => {
    seen = dir;
    return 2;
  },
});
const program: ProgramSpec = {
  name: "cems-test",
  about: "A test.",
  commands: [run, verify],
  faults: [
    { E_CONFIG_MISSING: { consequence: "exit 78", hint: "Give the right path.", exit: 78 } },
    { E_BAD: { consequence: "nothing is verified", hint: "Name a folder.", exit: 66 } },
  ],
};
let seen: unknown;

async function type(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = "";
  let err = "";
  seen = undefined;
  const status = await evaluate(program, argv, new AbortController().signal, {
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { status, out, err };
}

test("hands over what was typed, in its own type", async () => {
  expect(await type("run", "--config", "a", "--for", "20s", "--seed", "1", "--json")).toEqual({
    status: 3,
    out: "",
    err: "",
  });
  expect(seen).toEqual({ config: "a", time: 20_000, seed: 1, json: true });
  expect((await type("run", "--config", "a")).status).toBe(0);
  expect(seen).toEqual({ config: "a", time: undefined, seed: 7, json: false });
  expect((await type("verify", "out")).status).toBe(2);
  expect(seen).toBe("out");
});

test.each([
  [
    ["run"],
    "cems-test: required option '--config <FILE>' not specified. Type: cems-test run --config FILE [--for TIME] [--seed N] [--json]\n",
  ],
  [["verify"], "cems-test: missing required argument 'DIR'. Type: cems-test verify DIR\n"],
  [["verify", "a", "b"], /too many arguments.*Type: cems-test verify DIR\n$/],
  [["run", "--confg", "a"], /unknown option '--confg'\. Type: cems-test run --config FILE/],
  [["run", "--config", "a", "--jsno"], /unknown option '--jsno' \(Did you mean --json\?\)\. Type: /],
  [["run", "--config", "a", "--for", "20"], /A time such as 20s, 500ms, 5m or 24h is wanted\. Type: /],
  [["run", "--config", "a", "--seed", "-1"], /A whole number such as 7 is wanted\. Type: /],
  [["run", "--config="], /A value that is not empty is wanted\. Type: /],
  [["run", "--config", ""], /A value that is not empty is wanted\. Type: /],
  [["verify", ""], /A value that is not empty is wanted\. Type: cems-test verify DIR\n$/],
  [["rnu"], /unknown command 'rnu' \(Did you mean run\?\)\. Type: cems-test run\|verify \(or cems-test --help\)\n$/],
  [["help", "rnu"], "cems-test: unknown command 'rnu'. Type: cems-test run|verify (or cems-test --help)\n"],
  [[], "cems-test: a command is missing. Type: cems-test run|verify (or cems-test --help)\n"],
])("%j is wrong: status 64 and one line that says what to type", async (argv, line) => {
  const { status, out, err } = await type(...argv);
  expect([status, out, err.split("\n").length]).toEqual([64, "", 2]);
  expect(err).toMatch(line);
  expect(seen).toBeUndefined();
});

test("help names every option, examples and exit statuses", async () => {
  const { status, out } = await type("run", "--help");
  expect(status).toBe(0);
  for (const text of ["--config <FILE>", "(default 7)", "cems-test run --config site.yaml", " 3  something was lost"])
    expect(out).toContain(text);
  expect(out).toContain("78  E_CONFIG_MISSING");
  expect((await type("--help")).out).toContain("Verify a folder.");
});

test("a command that names its faults lists the statuses of these and of no other", async () => {
  const { out } = await type("verify", "--help");
  expect(out).toContain("66  E_BAD");
  expect(out).not.toContain("78");
  expect((await type("run", "--help")).out).toContain("66  E_BAD");
});

test("the version is that of the package", async () => {
  expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
  expect(await type("--version")).toEqual({ status: 0, out: `${packageVersion()}\n`, err: "" });
});

test("a fault ends the program with its hint and its status, in one line", async () => {
  const missing = { status: 78, out: "", err: "E_CONFIG_MISSING: no file none. Give the right path.\n" };
  expect(await type("run", "--config", "none")).toEqual(missing);
  expect(await type("run", "--config", "odd")).toEqual({ status: 70, out: "", err: "E_ODD: no row for it.\n" });
});

test("an error of ours ends it with 70 and the place in the code", async () => {
  const { status, err } = await type("run", "--config", "bug");
  expect(status).toBe(70);
  expect(err).toMatch(/^E_INTERNAL: TypeError: x is not a function\n +at /);
});
