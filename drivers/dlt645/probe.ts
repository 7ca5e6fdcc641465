import type { MeterRequest } from "./request.ts";

/** The energy total that every meter has, and something else for when that is what is asked. */
const known = { "2007": ["00010000", "04000401"], "1997": ["9010", "B611"] } as const;

/**
 * A read of something else on the same meter: once it is answered, what the meter was asked before is behind us. The address is
 * not asked for, since every meter on the line answers that.
 */
export function probeFor(request: MeterRequest): MeterRequest {
  const { edition } = request;
  const [usual, other] = known[edition];
  const di = request.read === "data" && request.di === usual ? other : usual;
  return { edition, read: "data", di };
}
