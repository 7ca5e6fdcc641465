import { z } from "zod";
import { certificateSchema } from "../../../feed/cert/form.ts";

/** The form `cems-verify/1` as feed/receiver/README.md lists it: these members and no others. */
const words = z.strictObject({ en: z.string(), zh: z.string() });
const count = z.int().min(0);
const said = z.strictObject({
  title: z.string(),
  checked: z.string(),
  found: z.string().nullable(),
  notes: z.array(z.string()),
});

export const reportForm = z.strictObject({
  form: z.literal("cems-verify/1"),
  dir: z.string(),
  verdict: z.enum(["VALID", "VALID WITH REMARKS", "REFUSED"]),
  source: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("folder") }),
    z.strictObject({ kind: z.literal("policy"), file: z.string() }),
    z.strictObject({ kind: z.literal("register"), serial: count, key: z.string(), keyGiven: z.boolean() }),
  ]),
  origin: z.string().nullable(),
  steps: z
    .array(
      z.strictObject({
        step: count,
        is: z.enum(["passed", "remarks", "failed", "not-applicable"]),
        codes: z.array(z.string()),
        notes: z.array(z.string()),
        said: z.strictObject({ en: said, zh: said }),
      }),
    )
    .length(14),
  findings: z.array(
    z.strictObject({
      code: z.string(),
      severity: z.enum(["F", "W", "I", "R"]),
      detail: z.string(),
      times: count,
      first: count.optional(),
      last: count.optional(),
      bytes: z.string().optional(),
      means: words,
    }),
  ),
  signers: z.array(
    z.strictObject({
      as: z.enum(["registry", "log", "cosigner", "certifier", "countersigner"]),
      name: z.string(),
      checkpoints: count,
      size: count,
      from: z.string().nullable(),
      until: z.string().nullable(),
    }),
  ),
  shows: words,
  notShown: words,
  checkpoints: z.array(
    z.strictObject({
      file: z.string(),
      size: count,
      cosigned: z.array(z.strictObject({ name: z.string(), time: count })),
      quorate: z.boolean(),
    }),
  ),
  first: count,
  entries: count,
  root: z.string(),
  covered: count,
  unjudged: count,
  certificate: certificateSchema.optional(),
  countersigned: z.boolean().optional(),
});
