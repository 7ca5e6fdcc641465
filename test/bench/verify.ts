/** A month of 5 s polls, verified completely, against hashing its bytes alone; and its certificate, against that. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/program.ts";
import { countersign, makeMonth } from "./month.ts";
import type { Bench } from "./result.ts";
import { beside, withFolder } from "./tools.ts";

interface Side {
  readonly seconds: number;
  readonly userSeconds: number;
  readonly peakMb: number;
}

async function sideOf(what: string, folder: string, bundle: string): Promise<Side> {
  const { code, stdout, stderr } = await run(process.execPath, [beside("month-client.js"), what, folder, bundle], {
    cleanup: () => {},
  });
  if (code !== 0) throw new Error(`${what}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as Side;
}

function entriesIn(bundle: string): number {
  const [, from = "0", to = "0"] =
    /"range":\[(\d+),(\d+)\]/.exec(readFileSync(join(bundle, "cert.note"), "utf8")) ?? [];
  return Number(to) - Number(from);
}

const mostMb = 200;

export const verify: Bench = ({ days }, measure) =>
  withFolder(async (folder) => {
    makeMonth(folder, days);
    const [bundle, again] = [join(folder, "bundle"), join(folder, "again")];
    await sideOf("certify", folder, bundle);
    countersign(folder, bundle);
    const entries = entriesIn(bundle);
    const sides: Side[] = [];
    const rate = async (what: string, into = bundle): Promise<number> => {
      const side = await sideOf(what, folder, into);
      if (what === "verify") sides.push(side);
      return entries / side.seconds;
    };
    const least = (figures: readonly number[]): number => Number(Math.min(...figures).toFixed(2));
    await measure({
      case: `${days} days, hashing alone`,
      unit: "entries/s",
      bar: 1 / 8,
      ours: () => rate("verify"),
      other: () => rate("hash"),
      also: () => {
        const peak = Math.round(Math.max(...sides.map(({ peakMb }) => peakMb)));
        return {
          entries,
          "user s of verify": least(sides.map(({ userSeconds }) => userSeconds)),
          "peak MB": peak,
          [`MB above ${mostMb}`]: Math.max(0, peak - mostMb),
        };
      },
      never: `MB above ${mostMb}`,
    });
    await measure({
      case: `${days} days, certificate`,
      unit: "entries/s",
      bar: 0.667,
      ours: async () => {
        rmSync(again, { recursive: true, force: true });
        return rate("certify", again);
      },
      other: () => rate("verify"),
    });
  });
