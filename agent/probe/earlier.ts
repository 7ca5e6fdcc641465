/** A unit that was asked before, and what came of it. */
export interface Before {
  readonly answered: boolean;
  /** Since it was asked. */
  readonly ms: number;
}

/** As long as the bus itself reckons with a late answer (drivers/README.md). */
const longestMs = 30_000;

/** Who was asked on a line a short while ago: an answer that comes late is of one of them, and not of a stranger. */
export class Earlier {
  private readonly units = new Map<number, { readonly at: number; readonly answered: boolean }>();

  note(unit: number, at: number, answered: boolean): void {
    this.units.set(unit, { at, answered });
  }

  /** The late answer of a unit is told once; what comes of it after that is a copy. */
  told(unit: number): void {
    const known = this.units.get(unit);
    if (known !== undefined) this.note(unit, known.at, true);
  }

  upTo(now: number): ReadonlyMap<number, Before> {
    const recent = [...this.units].filter(([, { at }]) => now - at <= longestMs);
    return new Map(recent.map(([unit, { at, answered }]) => [unit, { answered, ms: now - at }]));
  }
}

const waits = [1, 2, 3, 5, 10, 20, 30] as const;

/** "2s": the wait with which a device is heard that took so long, ms. */
export const longerWait = (ms: number): string => `${waits.find((s) => 1000 * s > ms) ?? waits.at(-1)}s`;
