import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, run } from "../../support/program.ts";
import { needs } from "../../support/system.ts";

const unit = join(root, "config/debian/root/usr/lib/systemd/system/cems-agent.service");

needs("systemd-notify").describe("the unit", () => {
  test("exposes at most 2.0 by systemd's own count", async () => {
    const { stdout } = await run("systemd-analyze", ["security", "--offline=true", "--no-pager", unit]);
    const [, exposure] = /Overall exposure level for cems-agent\.service: (\d+\.\d)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(2);
    expect(readFileSync(join(root, "config/debian/README.md"), "utf8")).toContain(`gives ${exposure}.`);
  });

  test("is one that systemd understands, in every line", async () => {
    const { stdout, stderr } = await run("systemd-analyze", ["verify", "--man=no", unit]);
    const said = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("cems-agent.service"));
    expect(said.filter((line) => !line.includes("is not executable: No such file or directory"))).toEqual([]);
  });
});
