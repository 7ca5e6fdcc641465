import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Catalogue, loadCatalogue } from "../../drivers/catalogue.ts";
import { tempDir } from "../support/temporary.ts";

/** A catalogue of this one profile. */
export function load(text: string): Catalogue {
  const dir = tempDir();
  const file = join(dir, "acme/ga-200.yaml");
  mkdirSync(dirname(file));
  writeFileSync(file, text);
  return loadCatalogue(dir);
}
