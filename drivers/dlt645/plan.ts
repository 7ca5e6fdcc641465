import type { Edition, MeterRequest } from "./request.ts";

/** Where a value is: its data identifier, and the byte of that identifier's data where it begins. */
export interface MeterPlace {
  readonly di: string;
  readonly offset: number;
}

export interface PlacedOnMeter {
  readonly at: MeterPlace;
  /** Bytes of the value. */
  readonly bytes: number;
}

export interface MeterRead<P> {
  readonly request: MeterRequest & { readonly read: "data" };
  readonly points: readonly { readonly point: P; readonly offset: number }[];
}

/** One request for each data identifier, in the order in which they are first named. */
export function planReads<P extends PlacedOnMeter>(points: readonly P[], edition: Edition): readonly MeterRead<P>[] {
  const named = [...new Set(points.map(({ at }) => at.di))];
  return named.map((di) => {
    const group = points.filter(({ at }) => at.di === di);
    const bytes = Math.max(...group.map((point) => point.at.offset + point.bytes));
    return {
      request: { edition, read: "data", di, bytes },
      points: group.map((point) => ({ point, offset: point.at.offset })),
    };
  });
}
