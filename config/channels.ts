import { sourceOf } from "../drivers/protocol.ts";
import type { Device } from "./site.ts";

/** Unit of measure, source, scale, places: what a verifier needs to recompute a value from the bytes of a reply. */
export type Channel = readonly [unit: string, source: string, scale: string, places: number];

export const channelName = (device: string, point: string): string => `${device}.${point}`;

/** The map of one device, by channel name, as its configuration entry holds it: its values and its settings. */
export function channels({ id, address, profile }: Device): Readonly<Record<string, Channel>> {
  return Object.fromEntries(
    [...profile.points, ...profile.settings].map((point) => [
      channelName(id, point.id),
      [point.unit, sourceOf(address, point), point.scale, point.places],
    ]),
  );
}
