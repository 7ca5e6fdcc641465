import type { ReadRequest } from "../driver.ts";
import { replyBytes } from "./request.ts";

/**
 * A read whose reply differs in length from the reply to `request`, so that neither can be taken for the other: once it is answered,
 * everything the device was asked before is behind us. It reads the first of the same addresses, which the device is known to have;
 * only for a single register must it reach one further, and an exception to that is an answer as good.
 */
export function probeFor(request: ReadRequest, taken: (probe: ReadRequest) => boolean): ReadRequest {
  const { functionCode, start } = request;
  const step = functionCode <= 2 ? 8 : 1;
  const fits = (count: number): boolean => start + count <= 65_536;
  let fallback: ReadRequest | undefined;
  for (let count = 1; count <= 16 * step && fits(count); count += step) {
    const probe: ReadRequest = { functionCode, start, count };
    if (replyBytes(probe) === replyBytes(request)) continue;
    if (!taken(probe)) return probe;
    fallback ??= probe;
  }
  return fallback ?? { functionCode, start: start - step, count: step + 1 };
}
