import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Problem, Reporter } from "../drivers/problem.ts";
import { unreadable } from "../feed/yaml/readable.ts";
import { group, list, text } from "./loose.ts";
import { servicePolicy } from "./policy.ts";

type Path = readonly PropertyKey[];

/** The files that a site names, beside its profiles: each must be there and readable when the agent starts. */
export function checkFiles(file: string, raw: unknown, report: Reporter): Problem[] {
  const { feed, lines } = group(raw);
  const { policy, passwordFile, tls } = group(feed);
  const { ca, cert, key } = group(tls);
  const named: readonly (readonly [Path, unknown, string])[] = [
    [["feed", "tls", "ca"], ca, "the PEM file of the broker's certificate authority"],
    [["feed", "tls", "cert"], cert, "the PEM file of this gateway's certificate"],
    [["feed", "tls", "key"], key, "the PEM file of this certificate's key"],
    [["feed", "passwordFile"], passwordFile, "a file whose first line is the password"],
    ...list(lines).map(
      (line, index) =>
        [
          ["lines", index, "passwordFile"],
          group(line).passwordFile,
          "a file whose first line is the password",
        ] as const,
    ),
  ];
  const absolute = (path: string): string => resolve(dirname(file), path);
  return [
    ...checkPolicy(absolute, policy, report),
    ...named.flatMap(([path, value, instead]) => {
      const named = text(value);
      const problem = named === undefined ? undefined : unreadable(absolute(named));
      return problem === undefined ? [] : [report("E_CONFIG_READ", path, problem, instead)];
    }),
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
