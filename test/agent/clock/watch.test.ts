import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { type AskChrony, askChrony, watchClock } from "../../../agent/clock/watch.ts";
import { seconds } from "../../../feed/format/vocabulary.ts";
import { fakeClock } from "../../support/clock.ts";
import { tempDir } from "../../support/temporary.ts";

const tracking = "CB00710F,203.0.113.15,3,1790812800.1,0.001,0,0,0,0,0,0.002,0.001,64.2,Normal\n";

test("the state is looked up at once and each minute, and is unknown as soon as chrony is gone", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  let there = true;
  const asked: string[] = [];
  const ask: AskChrony = async (report) => {
    asked.push(report);
    if (!there) return undefined;
    return report === "tracking" ? tracking : "203.0.113.15,NTS,1,15,256,33,0,0,8,100\n";
  };
  const watch = watchClock(clock, ask, stop.signal);
  expect(watch.state()).toEqual(["none", -1]);
  await watch.ready;
  expect(watch.state()).toEqual(["nts", 3]);
  await clock.advance(seconds(59));
  expect(asked).toEqual(["tracking", "authdata"]);
  there = false;
  await clock.advance(seconds(2));
  expect(watch.state()).toEqual(["none", -1]);
  stop.abort();
  await watch.running;
});

test("the program is asked; where it fails, says too much or is not there, nothing is known", async () => {
  const dir = tempDir();
  const program = (script: string): void => {
    writeFileSync(join(dir, "chronyc"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(dir, "chronyc"), 0o755);
  };
  vi.stubEnv("PATH", `${dir}:/bin:/usr/bin`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { signal } = new AbortController();
  program(`printf '%s' "$*"`);
  expect(await askChrony("tracking", signal)).toBe("-n -c tracking");
  program("echo 506; exit 1");
  expect(await askChrony("tracking", signal)).toBeUndefined();
  program("yes");
  expect(await askChrony("tracking", signal)).toBeUndefined();
  vi.stubEnv("PATH", join(dir, "empty"));
  expect(await askChrony("tracking", signal)).toBeUndefined();
});
