import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { command, option } from "../../feed/command.ts";
import { Fault } from "../../feed/format/faults.ts";
import { mimeOf, readDeposit, wanted } from "../deposit/deposit.ts";
import { keepDocument } from "../deposit/documents.ts";
import { documentsPath, spoolPath } from "../deposit/paths.ts";
import { fateOf, handOver } from "../spool.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

export interface DepositArguments {
  readonly file: string;
  readonly code: string;
  readonly value: string;
  readonly unit: string;
  readonly period: string;
  readonly by: string;
}

export const deposit = command({
  name: "deposit",
  about:
    "Enter a value that no device measures, with the document that supports it: a laboratory report, an invoice. The document stays here; its hash and the value become entries of the log.",
  takes: {
    file: option("FILE", "the supporting document"),
    code: option("--parameter CODE", "the parameter, such as coal.lhv"),
    value: option("--value V", "its value, a decimal"),
    unit: option("--unit U", "its unit"),
    period: option("--period P", "what it is of: a year, month or day, such as 2026-10"),
    by: option("--by WHO", "role and staff number of whoever enters it, no name"),
    config: option("--config FILE", "the site's configuration"),
  },
  examples: [
    'deposit report.pdf --parameter coal.lhv --value 21.35 --unit MJ/kg --period 2026-10 --by "lab 0117" --config site.yaml',
  ],
  ends: ends.deposit,
  run: async ({ config, ...given }) => {
    const path = await depositFile(readSite(config), given);
    const fate = await awaitFate(path, 10_000);
    if (typeof fate === "object") throw new Fault("E_DEPOSIT_REFUSED", fate.refused);
    process.stdout.write(
      fate === "kept"
        ? `${given.code} ${given.value} ${given.unit} for ${given.period} is in the log, with ${given.file}\n`
        : `handed over; the agent writes it into the log when it runs\n`,
    );
    return 0;
  },
});

/** Keeps the document and hands the value over; returns where it waits. E_DEPOSIT_VALUE, E_DEPOSIT_FILE. */
export async function depositFile(site: { readonly state: string }, given: DepositArguments): Promise<string> {
  const { file, ...said } = given;
  const name = basename(file);
  const rest = { v: 1, kind: "deposit", ...said, name, mime: mimeOf(name) } as const;
  const problem = readDeposit(JSON.stringify({ ...rest, bytes: 1, sha256: "0".repeat(64) }));
  if ("wrong" in problem)
    throw new Fault("E_DEPOSIT_VALUE", `${problem.wrong}: write ${wanted[problem.wrong] ?? "another file name"}`);
  try {
    const document = await keepDocument(file, documentsPath(site));
    if (document.bytes === 0) throw new Error("it is empty");
    return handOver(spoolPath(site), JSON.stringify({ ...rest, ...document }));
  } catch (cause) {
    throw new Fault("E_DEPOSIT_FILE", `${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

async function awaitFate(path: string, atMost: number): Promise<ReturnType<typeof fateOf>> {
  for (let left = atMost; ; left -= 200) {
    const fate = fateOf(path);
    if (fate !== "waits" || left <= 0) return fate;
    await sleep(200);
  }
}
