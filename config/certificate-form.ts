import { z } from "zod";
import { sectorIds } from "./sectors.ts";

/** The part of a site file that says what the monthly certificate holds. */

const parameter = z.strictObject({
  code: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .meta({ title: "letters, digits and -", description: "Its code in the sector's list.", examples: ["generation"] }),
  of: z
    .string()
    .regex(/^[a-z0-9-]{1,24}$/)
    .exactOptional()
    .meta({
      title: "letters, digits and -",
      description: "Which fuel, material or gas, where there is one of each.",
      examples: ["coal"],
    }),
  channel: z
    .string()
    .exactOptional()
    .meta({ description: "Derived channel whose value for the month it is.", examples: ["power.energy"] }),
  unit: z
    .string()
    .exactOptional()
    .meta({ description: "Without `channel`: it is entered with its document, in this unit.", examples: ["GJ/t"] }),
});

export const certificateForm = z.strictObject({
  sector: z.enum(sectorIds).meta({ description: "Sector of the carbon market." }),
  parameters: z.array(parameter).min(1).max(64).meta({ description: "Key parameters that are certified each month." }),
});

export type CertificateFile = z.output<typeof certificateForm>;
