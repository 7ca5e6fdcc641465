/** Which libraries of the lock file run on the gateway, as folders below the repository. */

export interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
export type Lock = Readonly<Record<string, Locked>>;

/** Fetches a built addon while npm installs; that is over when the package is made. */
const installsOnly = new Set(["prebuild-install", "node-addon-api"]);
const neverRuns = (name: string): boolean => installsOnly.has(name) || name.startsWith("@types/");

/** What the program needs, and what that needs, from the production dependencies of `lock` on. */
export function runningLibraries(lock: Lock): string[] {
  const found = new Set<string>();
  const visit = (path: string): void => {
    const { dependencies, optionalDependencies } = lock[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const at = neverRuns(name) ? undefined : resolved(lock, path, name);
      if (at === undefined || found.has(at)) continue;
      found.add(at);
      visit(at);
    }
  };
  visit("");
  return [...found].sort();
}

/** The nearest one above, as Node looks for it. */
function resolved(lock: Lock, from: string, name: string): string | undefined {
  const here = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
  if (lock[here] !== undefined) return here;
  if (from === "") return undefined;
  const above = from.lastIndexOf("/node_modules/");
  return resolved(lock, above < 0 ? "" : from.slice(0, above), name);
}
