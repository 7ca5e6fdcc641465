/** Asks the built programs for their help, and writes manual and completion of it. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packageVersion } from "../../feed/command.ts";
import { bashCompletion } from "./completion.ts";
import { explainAll } from "./help.ts";
import { manPage } from "./man.ts";

/** The programs a gateway has, and what is built of them. */
const programs = { "cems-agent": "agent/main.js", "cems-receiver": "feed/receiver/main.js" } as const;

/** Path below the root of the system, and content. */
export function explanations(root: string, node: string): (readonly [path: string, content: Buffer | string])[] {
  return Object.entries(programs).flatMap(([name, script]) => {
    const explained = explainAll((words) =>
      execFileSync(node, [join(root, "dist", script), ...words, "--help"], { encoding: "utf8" }),
    );
    return [
      [`usr/share/man/man1/${name}.1.gz`, gzipSync(manPage(name, packageVersion(), explained), { level: 9 })],
      [`usr/share/bash-completion/completions/${name}`, bashCompletion(name, explained)],
    ] as const;
  });
}
