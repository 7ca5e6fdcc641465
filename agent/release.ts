import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The program as it is installed: name, version and one digest over every file of the build, in path order. */
export interface Release {
  readonly name: string;
  readonly ver: string;
  readonly sha256: string;
}

/** `root` is the folder of package.json. The digest is self-declared: it tells releases apart, it does not prove one. */
export function readRelease(root: string): Release {
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  const digest = createHash("sha256");
  for (const folder of ["dist", "drivers/profiles"])
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort())
      if (/\.(js|yaml)$/.test(path))
        digest.update(`${folder}/${path}\n`).update(readFileSync(join(root, folder, path)));
  return { name, ver: version, sha256: digest.digest("base64") };
}
