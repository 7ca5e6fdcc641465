import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolders } from "../feed/files/folders.ts";
import { Fault } from "../feed/format/faults.ts";

/** Which port or path each line gets. */
export interface Places {
  port(wanted: number): number;
  link(name: string): string;
  /** Removes the temporary folder, if there was one. */
  remove(): Promise<void> | void;
}

/**
 * Its members throw Fault E_SIM_PORTS behind the last port there is, and E_SIM_FILE where a folder cannot be made.
 * @param portBase the first line's port, the next one's is the next; 0: always 0; left out: what the line wants
 * @param links the folder of the serial lines' names; left out: a temporary one
 */
export function createPlaces({ portBase, links }: { readonly portBase?: number; readonly links?: string }): Places {
  let given = 0;
  let temporary: string | undefined;
  return {
    port: (wanted) => (portBase === undefined ? wanted : portBase === 0 ? 0 : existing(portBase + given++)),
    link: (name) => {
      if (links !== undefined) made(links, () => makeFolders(links));
      else temporary ??= made(tmpdir(), () => mkdtempSync(join(tmpdir(), "cems-simulator-")));
      return join(links ?? temporary ?? "", name);
    },
    remove: () => {
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    },
  };
}

function existing(port: number): number {
  if (port > 65_535) throw new Fault("E_SIM_PORTS", `a line would listen on port ${port}, and the last one is 65535`);
  return port;
}

function made<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new Fault("E_SIM_FILE", `cannot make the folder of the serial lines: ${folder}`, { cause });
  }
}
