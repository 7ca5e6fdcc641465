import type { Instant, Millis } from "../../feed/format/vocabulary.ts";
import { millis } from "../../feed/format/vocabulary.ts";

/** A place on the grid: the wall time it stands for, when it comes on the clock that never steps, and how many were missed. */
export interface Slot {
  readonly wall: Millis;
  readonly mono: Millis;
  readonly skipped: number;
}

/**
 * The next multiple of `every` on the wall clock, so that the grid never drifts and two gateways poll at the same seconds.
 * A slewed clock may wake the caller a moment before the slot it waited for: a slot nearer than half a period to the last
 * one is that same slot, and the next is taken. Skipped slots are counted on the monotonic clock, which a step cannot fool.
 */
export function nextSlot(now: Instant, every: Millis, last?: Slot): Slot {
  let wall = (Math.floor(now.wall / every) + 1) * every;
  const monoOf = (slotWall: number): number => now.mono + (slotWall - now.wall);
  if (last !== undefined && monoOf(wall) - last.mono < every / 2) wall += every;
  const mono = monoOf(wall);
  const skipped = last === undefined ? 0 : Math.max(0, Math.round((mono - last.mono) / every) - 1);
  return { wall: millis(wall), mono: millis(mono), skipped };
}
