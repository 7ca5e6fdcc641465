/** Which files of the build and of a library the package carries: what runs, and the licences. */

export interface Platform {
  /** As Node calls it: x64, arm64, arm. */
  readonly arch: string;
}

const runs = /\.(?:js|cjs|mjs|json|node)$/;
const licence = /(?:^|\/)(?:licen[cs]e|copying|notice)[^/]*$/i;
/** Only at the top: further down a folder of such a name may be code, as in yaml. */
const aside = /^(?:tests?|docs?|examples?|benchmarks?|\.github)\/|\/obj(?:\.target)?\//;

/** @param path of a file, relative to its library */
export function libraryKeeps(path: string, { arch }: Platform): boolean {
  if (path.startsWith("node_modules/")) return false; // each is a library of its own
  if (licence.test(path)) return true;
  if (!runs.test(path) || aside.test(path) || /\.min\.js$/.test(path)) return false;
  if (!path.endsWith(".node")) return true;
  if (path.startsWith("prebuilds/")) return path.startsWith(`prebuilds/linux-${arch}/`) && !path.includes("musl");
  return !path.endsWith("/test_extension.node");
}

/** @param path of a compiled file, relative to `dist` */
export const buildKeeps = (path: string): boolean =>
  path.endsWith(".js") && !/^(?:test|simulator|config\/debian)\//.test(path);
