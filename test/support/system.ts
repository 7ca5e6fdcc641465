/** What the tests need of the system. The default export runs once before all tests; `needs` gates single suites. */
import { describe } from "vitest";
import { has, installCommand, installMissing, type Tool } from "./packages.ts";

export { has, programPath, python, type Tool } from "./packages.ts";

/**
 * `needs("mosquitto").describe("drains a backlog", () => {...})`: the suite runs if every tool is there; otherwise it is
 * skipped under a name that says what to install, which the summary prints again.
 */
export function needs(...wanted: readonly Tool[]): {
  readonly ready: boolean;
  describe(name: string, body: () => void): void;
} {
  const missing = wanted.filter((tool) => !has(tool));
  const ready = missing.length === 0;
  return {
    ready,
    describe: (name, body) => {
      describe.skipIf(!ready)(ready ? name : `${name} (${installCommand(missing)})`, body);
    },
  };
}

export default function prepareSystem(): void {
  const missing = installMissing();
  if (missing.length === 0) return;
  const message = `${missing.join(", ")} not found; install with:\n  ${installCommand(missing)}`;
  if (process.env.CI === "true") throw new Error(message);
  console.log(`${message}\nTests that need them are skipped and listed at the end.`);
}
