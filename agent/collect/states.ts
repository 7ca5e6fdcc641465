import type { Sample } from "../../drivers/driver.ts";
import type { StatusPoint } from "../../drivers/profile.ts";
import { type Settings, type Told, told } from "./settings.ts";

/** Stands for a state that was told of but could not be read. No number, so that it never comes back as a state. */
export const unreadable = "unreadable";

/**
 * What there is to tell of the states a logger pushed: those that came for the first time, or are others than before. They come rarely and
 * hold until others come, so the newest such event is what a restarted agent goes on with.
 */
export function statesEvent(
  device: string,
  status: readonly StatusPoint[],
  known: Settings,
  samples: readonly Sample[],
): Told | undefined {
  const said = new Map(samples.map((sample) => [sample.point, sample]));
  const values = status.flatMap(({ id }) => {
    const state = said.get(id);
    if (state === undefined || ("raw" in state && Number.isNaN(state.raw))) return [];
    return [[`${device}.${id}`, "raw" in state ? String(state.raw) : unreadable] as const];
  });
  return told(known, values, { first: "STATE_FIRST", changed: "STATE_CHANGED" });
}
