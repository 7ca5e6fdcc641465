/** `npm run bench [-- NAME...] [--json] [--rounds N] [--seconds S]`: our side of each ratio against the other's. */
import { parseArgs } from "node:util";
import { derive } from "./derive.ts";
import { drain } from "./drain.ts";
import { entries } from "./entries.ts";
import { type Bench, compare, tableLine } from "./result.ts";
import { rtuBus } from "./rtu-bus.ts";
import { tcpReads } from "./tcp-reads.ts";

const benches: Readonly<Record<string, Bench>> = { "tcp-reads": tcpReads, "rtu-bus": rtuBus, entries, drain, derive };
const usage = `npm run bench -- [${Object.keys(benches).join("|")}]... [--json] [--rounds 5] [--seconds 2]`;

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: "boolean" }, rounds: { type: "string" }, seconds: { type: "string" } },
    });
    const rounds = Number(values.rounds ?? 5);
    const seconds = Number(values.seconds ?? 2);
    const unknown = positionals.filter((name) => benches[name] === undefined);
    if (unknown.length > 0 || !(rounds >= 1) || !(seconds > 0)) return undefined;
    const names = positionals.length > 0 ? positionals : Object.keys(benches);
    return { names, rounds: Math.floor(rounds), seconds, json: values.json === true };
  } catch {
    return undefined;
  }
}

const chosen = options();
if (chosen === undefined) {
  process.stderr.write(`usage: ${usage}\n`);
  process.exitCode = 64;
} else {
  const { names, rounds, seconds, json } = chosen;
  if (!json) process.stdout.write(`bench      case                            ratio (spread)           ours / other\n`);
  for (const name of names) {
    try {
      await benches[name]?.({ rounds, seconds }, async (one) => {
        const result = await compare(name, one, rounds);
        process.stdout.write(`${json ? JSON.stringify(result) : tableLine(result, one)}\n`);
      });
    } catch (error) {
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
