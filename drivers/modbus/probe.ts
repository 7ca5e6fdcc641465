import type { ReadRequest, RegisterRead } from "../driver.ts";
import { replyBytes } from "./request.ts";

/**
 * A read whose reply differs in length or function from the reply to `request`, so that neither can be taken for the other: once it
 * is answered, everything the device was asked before is behind us. Best is the beginning of something that the device has answered
 * with another function: an exception to that is of that function and cannot be taken for one to `request` either. Otherwise it reads
 * the first of the same addresses; only for a single register must it reach one further.
 */
export function probeFor(
  request: ReadRequest,
  taken: (probe: ReadRequest) => boolean,
  answered: readonly RegisterRead[] = [],
): RegisterRead {
  for (const { functionCode, start, count: most } of answered) {
    if (functionCode === request.functionCode || functionCode <= 2) continue;
    for (let count = 1; count <= most; count++) {
      const probe: RegisterRead = { functionCode, start, count };
      if (!taken(probe)) return probe;
    }
  }
  // Identity and makers' functions have no addresses to go by; a device without register 0 answers that with an exception, as good.
  return probeBeside("count" in request ? request : { functionCode: 3, start: 0, count: 126 }, taken);
}

function probeBeside(request: RegisterRead, taken: (probe: ReadRequest) => boolean): RegisterRead {
  const { functionCode, start } = request;
  const step = functionCode <= 2 ? 8 : 1;
  const fits = (count: number): boolean => start + count <= 65_536;
  let fallback: RegisterRead | undefined;
  for (let count = 1; count <= 16 * step && fits(count); count += step) {
    const probe: RegisterRead = { functionCode, start, count };
    if (replyBytes(probe) === replyBytes(request)) continue;
    if (!taken(probe)) return probe;
    fallback ??= probe;
  }
  return fallback ?? { functionCode, start: start - step, count: step + 1 };
}

/** What each unit of a line has answered with data: a read of each function. */
export class Answered {
  private readonly units = new Map<number, RegisterRead[]>();

  note(unit: number, request: ReadRequest): void {
    if (!("count" in request)) return;
    const known = this.of(unit);
    if (known.some((other) => other.functionCode === request.functionCode)) return;
    this.units.set(unit, [...known, request]);
  }

  of(unit: number): readonly RegisterRead[] {
    return this.units.get(unit) ?? [];
  }
}
