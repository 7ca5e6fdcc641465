import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Which port or path each line gets. */
export interface Places {
  port(wanted: number): number;
  link(name: string): string;
  /** Removes the temporary folder, if there was one. */
  remove(): Promise<void> | void;
}

/**
 * @param portBase the first line's port, the next one's is the next; 0: always 0; left out: what the line wants
 * @param links the folder of the serial lines' names; left out: a temporary one
 */
export function createPlaces({ portBase, links }: { readonly portBase?: number; readonly links?: string }): Places {
  let given = 0;
  let temporary: string | undefined;
  return {
    port: (wanted) => (portBase === undefined ? wanted : portBase === 0 ? 0 : portBase + given++),
    link: (name) => {
      if (links !== undefined) mkdirSync(links, { recursive: true });
      else temporary ??= mkdtempSync(join(tmpdir(), "cems-simulator-"));
      return join(links ?? temporary ?? "", name);
    },
    remove: () => {
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    },
  };
}
