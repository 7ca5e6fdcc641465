import { z } from "zod";

/** What a logger is made to say instead of what it sees: the flag behind each real-time value, and its 3020 (HJ 212-2017, Table B.9). */
export const saying = z.strictObject({
  flag: z
    .string()
    .regex(/^[A-Z]$/)
    .exactOptional(),
  /** i12001: 0 measures, 1 maintenance, 2 fault, 3 calibration ... */
  work: z.int().min(0).max(10).exactOptional(),
  /** i12002: 1 is an analyser it does not hear. */
  comms: z.int().min(0).max(1).exactOptional(),
});
export type Saying = z.output<typeof saying>;
