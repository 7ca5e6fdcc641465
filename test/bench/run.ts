/** `npm run bench [-- NAME...] [--json] [--rounds N] [--seconds S] [--days D]`: our side of each ratio against the other's. */
import { parseArgs } from "node:util";
import { derive } from "./derive.ts";
import { drain } from "./drain.ts";
import { entries } from "./entries.ts";
import { type Bench, compare, tableLine } from "./result.ts";
import { rtuBus } from "./rtu-bus.ts";
import { seal } from "./seal.ts";
import { tcpReads } from "./tcp-reads.ts";
import { verify } from "./verify.ts";

const benches: Readonly<Record<string, Bench>> = {
  "tcp-reads": tcpReads,
  "rtu-bus": rtuBus,
  entries,
  seal,
  drain,
  derive,
  verify,
};
const usage = `npm run bench -- [${Object.keys(benches).join("|")}]... [--json] [--rounds 5] [--seconds 2] [--days 31]`;

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        days: { type: "string" },
      },
    });
    const rounds = Number(values.rounds ?? 5);
    const seconds = Number(values.seconds ?? 2);
    const days = Number(values.days ?? 31);
    const unknown = positionals.filter((name) => benches[name] === undefined);
    if (unknown.length > 0 || !(rounds >= 1) || !(seconds > 0) || !(days > 0 && days <= 31)) return undefined;
    const names = positionals.length > 0 ? positionals : Object.keys(benches);
    return { names, rounds: Math.floor(rounds), seconds, days, json: values.json === true };
  } catch {
    return undefined;
  }
}

const chosen = options();
if (chosen === undefined) {
  process.stderr.write(`usage: ${usage}\n`);
  process.exitCode = 64;
} else {
  const { names, rounds, seconds, days, json } = chosen;
  if (!json) process.stdout.write(`bench      case                            ratio (spread)           ours / other\n`);
  for (const name of names) {
    try {
      await benches[name]?.({ rounds, seconds, days }, async (one) => {
        const result = await compare(name, one, rounds);
        process.stdout.write(`${json ? JSON.stringify(result) : tableLine(result, one)}\n`);
      });
    } catch (error) {
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
