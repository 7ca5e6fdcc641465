import { parseVkey, type Vkey } from "../format/vkey.ts";
import type { Problem, Reporter } from "../yaml/problem.ts";
import type { Gateway } from "./examine.ts";
import { gatewayRow } from "./settings-file.ts";

export interface Registered {
  /** In the order of the file: of one id the last is the newest generation. */
  readonly gateways: readonly Gateway[];
  readonly problems: readonly Problem[];
}

/**
 * The rows that fit their schema, each checked by itself and against those before it. An id may stand in several rows, one
 * for each generation; an origin and a key in one.
 */
export function register(rows: unknown, report: Reporter): Registered {
  const gateways: Gateway[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of (Array.isArray(rows) ? rows : []).entries()) {
    const row = gatewayRow.safeParse(raw);
    if (!row.success) continue;
    const { id, log, until, revoked } = row.data;
    const vkey = parseVkey(log);
    const path = ["gateways", index];
    const ownLog = "the verifier key that `cems-agent init` printed for this gateway";
    if (!vkey.ok) problems.push(report("E_CONFIG_VALUE", [...path, "log"], vkey.problem.detail, ownLog));
    else if (vkey.value.type !== 1)
      problems.push(report("E_CONFIG_VALUE", [...path, "log"], "this is the key of a witness, not of a log", ownLog));
    else if (gateways.some(({ log }) => log.keys.some((epoch) => sameLog(epoch.vkey, vkey.value))))
      problems.push(
        report("E_CONFIG_DUPLICATE", [...path, "log"], "this origin or key stands in another row already", ownLog),
      );
    else {
      const epoch = { vkey: vkey.value, from: 0, to: until ?? null, revoked: revoked ?? false };
      gateways.push({ id, log: { name: vkey.value.name, keys: [epoch] } });
    }
  }
  return { gateways, problems };
}

const sameLog = (a: Vkey, b: Vkey): boolean => a.name === b.name || a.key.equals(b.key);
