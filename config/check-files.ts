import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Problem, Reporter } from "../drivers/problem.ts";
import { brokerFileProblems, passwordProblems } from "../feed/yaml/broker-files.ts";
import { unreadable } from "../feed/yaml/readable.ts";
import { group, list, text } from "./loose.ts";
import { servicePolicy } from "./policy.ts";

/** The files that a site names, beside its profiles: each must be there and usable when the agent starts. */
export function checkFiles(file: string, raw: unknown, report: Reporter): Problem[] {
  const { feed, lines } = group(raw);
  const { policy, passwordFile, tls } = group(feed);
  const from = (path: string): string => resolve(dirname(file), path);
  return [
    ...checkPolicy(from, policy, report),
    ...brokerFileProblems({ tls: group(tls), passwordFile }, { at: ["feed"], whose: "this gateway's", from, report }),
    ...list(lines).flatMap((line, index) =>
      passwordProblems(["lines", index, "passwordFile"], group(line).passwordFile, { from, report }),
    ),
  ];
}

function checkPolicy(absolute: (path: string) => string, value: unknown, report: Reporter): Problem[] {
  const named = text(value);
  if (named === undefined) return [];
  const at = absolute(named);
  const path = ["feed", "policy"];
  const instead = "the path of the policy.txt that the service gave you, as `cems-receiver init` wrote it";
  const problem = unreadable(at);
  if (problem !== undefined) return [report("E_CONFIG_READ", path, problem, instead)];
  const policy = servicePolicy(readFileSync(at, "utf8"));
  return policy.ok ? [] : [report("E_CONFIG_VALUE", path, `${at} is no policy: ${policy.problem}`, instead)];
}
