import { chmodSync } from "node:fs";
import { run } from "../../support/program.ts";
import type { Cleanup } from "../../support/temporary.ts";

/** What `run` tells of a command in another root, with /proc mounted for as long as it runs. */
export type InRoot = (...command: readonly string[]) => ReturnType<typeof run>;

/** The oldest Debian we pack for, bare: nothing but what apt itself needs. */
const suite = "bookworm";

/** Throws where the root cannot be made. It needs root, and the Debian mirror of the machine or its cache. */
export async function makeRoot(dir: string, cleanup: Cleanup): Promise<InRoot> {
  chmodSync(dir, 0o755); // the agent's user has to reach its files
  const made = await run("/usr/sbin/debootstrap", ["--variant=minbase", suite, dir], { cleanup });
  if (made.code !== 0) throw new Error(`debootstrap: ${made.stdout.slice(-2000)}${made.stderr}`);
  return (...command) => run("unshare", ["--mount", "--", ...inside(dir), ...command], { cleanup });
}

/** The mount is seen by this command alone and goes with it; nothing of this machine's environment comes along. */
export const inside = (dir: string): string[] => [
  "sh",
  "-c",
  'mount -t proc proc "$0/proc" && exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"',
  dir,
];
