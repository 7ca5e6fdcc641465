import type { RegisterRead } from "../driver.ts";
import type { PointType, Table } from "../profile.ts";
import { tables, widthOf } from "../profile.ts";

/** What planning needs to know of a point; values and states alike. */
export interface Placed {
  readonly at: { readonly table: Table; readonly address: number };
  readonly type: PointType;
  readonly length?: number;
}

export interface Limits {
  /** Registers one request may ask for, 1 to 125. */
  readonly maxRegisters: number;
  /** Bits one request may ask for, 1 to 2000. */
  readonly maxBits: number;
  /** Unused registers (or bits) between two points that a request may read over. */
  readonly maxGap: number;
}

/** One request, and where in its reply each point lies: `offset` as `decodePoint` takes it. */
export interface PlannedRead<P> extends RegisterRead {
  readonly points: readonly { readonly point: P; readonly offset: number }[];
}

/**
 * The fewest requests that read every point: a table at a time, in order of address, each as long as the limits let it be.
 * A value of several registers is never split, since its halves could be of two moments; a gap wider than `maxGap` is never
 * read over, since some devices refuse the whole request for one register they do not have.
 * No point may be wider than the limits; the catalogue sees to that.
 */
export function planReads<P extends Placed>(points: readonly P[], limits: Limits): readonly PlannedRead<P>[] {
  const named = [...new Set(points.map((point) => point.at.table))];
  return named.flatMap((table) => {
    const bits = table === "coil" || table === "discrete";
    const group = points.filter((point) => point.at.table === table);
    return spans(group, bits ? limits.maxBits : limits.maxRegisters, limits.maxGap).map((span) => ({
      functionCode: tables[table],
      start: span.start,
      count: span.end - span.start,
      points: span.points.map((point) => ({ point, offset: (point.at.address - span.start) * (bits ? 1 : 2) })),
    }));
  });
}

interface Span<P> {
  readonly start: number;
  end: number;
  readonly points: P[];
}

/**
 * Greedy from the lowest address is minimal: some request must begin at the first point, and whatever a request leaves out
 * ends beyond its reach, so the next one has to begin there anyway.
 */
function spans<P extends Placed>(points: readonly P[], most: number, maxGap: number): Span<P>[] {
  const found: Span<P>[] = [];
  for (const point of points.toSorted((a, b) => a.at.address - b.at.address)) {
    const start = point.at.address;
    const end = start + widthOf(point);
    const last = found.at(-1);
    if (last && start - last.end <= maxGap && end - last.start <= most) {
      last.points.push(point);
      last.end = Math.max(last.end, end);
    } else found.push({ start, end, points: [point] });
  }
  return found;
}
