import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readYaml } from "../feed/yaml/read.ts";

/** What is certified each month, per sector of the carbon market: files of data, each with its source. */

const words = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });

const sectorFile = z.strictObject({
  name: words,
  source: z.string().min(1),
  /** Whether the list was compared with the text of the standard. */
  verified: z.boolean(),
  /** Calendar days after a month within which its certification is done. */
  due: z.strictObject({ days: z.int().positive(), source: z.string().min(1), verified: z.boolean() }),
  parameters: z.array(
    z.strictObject({
      code: z.string().regex(/^[a-z0-9-]{1,32}$/),
      name: words,
      units: z.array(z.string()).min(1),
      /** There is one of it for each of these. */
      each: z.enum(["fuel", "material", "gas"]).optional(),
      /** May be left out. */
      optional: z.literal(true).optional(),
    }),
  ),
});

export type Sector = z.output<typeof sectorFile>;

export const sectorIds = ["power", "steel", "cement", "aluminium"] as const;
export type SectorId = (typeof sectorIds)[number];

/** Throws where a shipped file is broken: that is a defect of the program. */
export function sectorById(id: SectorId): Sector {
  const yaml = readYaml(readFileSync(join(folder(), `${id}.yaml`), "utf8"));
  return sectorFile.parse(yaml.value);
}

/** The files lie beside the sources and are not copied to where these are compiled: the nearest folder above has them. */
function folder(from: string = import.meta.dirname): string {
  const dir = join(from, "config", "sectors");
  if (existsSync(dir) && readdirSync(dir).some((name) => name.endsWith(".yaml"))) return dir;
  const above = dirname(from);
  if (above === from) throw new Error("the files of the sectors are not beside the program");
  return folder(above);
}
