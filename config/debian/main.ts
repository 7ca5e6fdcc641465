#!/usr/bin/env node
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { command, integer, only, option, or, packageVersion, runProgram } from "../../feed/command.ts";
import { Fault } from "../../feed/format/faults.ts";
import { makePackage } from "./build.ts";
import { debianArchitecture } from "./control.ts";
import { packageFaults } from "./faults.ts";
import { stageFiles } from "./stage.ts";

const checkout = (from: string = import.meta.dirname): string =>
  existsSync(join(from, "package-lock.json")) ? from : checkout(dirname(from));

const make = command({
  name: "package",
  about: "Make the Debian package of this machine's architecture. It needs no network, here or where it is installed.",
  takes: {
    out: or(option("--out DIR", "where it is written"), "dist"),
    revision: or(
      only(integer("--revision N", "raised where the same version is packed anew"), (n) => n > 0, "A number from 1"),
      1,
    ),
  },
  examples: ["package --out /media/usb"],
  run: ({ out, revision }) => {
    const architecture = debianArchitecture(process.arch);
    if (architecture === undefined) throw new Fault("E_PACKAGE_ARCH", `this is ${process.arch}`);
    const root = checkout();
    const version = `${packageVersion()}-${revision}`;
    const staged = mkdtempSync(join(tmpdir(), "cems-package-"));
    try {
      stageFiles({ root, node: process.execPath, into: staged, arch: process.arch });
      const path = makePackage({ root, staged, out: resolve(out), now: new Date(), version, architecture });
      process.stdout.write(`${path}\nInstall it as root on the gateway: dpkg -i ${path}\n`);
      return 0;
    } catch (cause) {
      if (cause instanceof Fault || !(cause instanceof Error && "syscall" in cause)) throw cause;
      throw new Fault("E_PACKAGE_WRITE", cause.message, { cause });
    } finally {
      rmSync(staged, { recursive: true, force: true });
    }
  },
});

await runProgram(
  {
    name: "package",
    about: "Makes the Debian package.",
    commands: [make],
    faults: [packageFaults],
    script: { name: "npm run package", typed: "npm run package --" },
  },
  ["package", ...process.argv.slice(2)],
);
