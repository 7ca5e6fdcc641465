/** Ends a run with one plain line, "N passed, N failed", and says of each test that did not run why. */
import type { Reporter, TestCase, TestModule } from "vitest/node";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

export const summaryLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`;

/** Why the run must not pass where nobody reads it: something was left out, or nothing ran at all. */
export function incomplete({ passed, failed, skipped }: Counts): string | undefined {
  if (skipped.length > 0) return "skipped tests are not accepted with CI=true";
  if (passed + failed === 0) return "no test ran";
  return undefined;
}

/** A suite gated by `needs` carries its reason at the end of its name, a test skipped by itself in its note. */
const reasonOf = (test: TestCase, note: string | undefined): string =>
  note ?? /\((sudo apt-get install [^)]*)\)/.exec(test.fullName)?.[1] ?? "no reason given";

function count(modules: readonly TestModule[]): Counts {
  let passed = 0;
  let failed = 0;
  const skipped: { name: string; reason: string }[] = [];
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") passed += 1;
      else if (result.state === "failed") failedHere += 1;
      else {
        const note = result.state === "skipped" ? result.note : "it never finished";
        skipped.push({ name: test.fullName, reason: reasonOf(test, note) });
      }
    }
    // A file that could not be loaded, or whose suite hook failed, fails without any test of its own saying so.
    failed += failedHere === 0 && module.state() === "failed" ? 1 : failedHere;
  }
  return { passed, failed, skipped };
}

export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = count(modules);
    for (const { name, reason } of counts.skipped) console.log(`not run: ${name}: ${reason}`);
    const problem = incomplete(counts);
    if (problem !== undefined && process.env.CI === "true") {
      console.log(problem);
      process.exitCode = 1;
    }
    console.log(`\n${summaryLine({ ...counts, failed: counts.failed + unhandled.length })}`);
  }
}
