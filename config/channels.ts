import type { Point } from "../drivers/profile.ts";
import { tables } from "../drivers/profile.ts";
import type { Device } from "./site.ts";

/** Unit of measure, source, scale, places: what a verifier needs to recompute a value from the bytes of a reply. */
export type Channel = readonly [unit: string, source: string, scale: string, places: number];

export const channelName = (device: string, point: string): string => `${device}.${point}`;

/** The map of one device, by channel name, as its configuration entry holds it. */
export function channels(device: Device): Readonly<Record<string, Channel>> {
  return Object.fromEntries(
    device.profile.points.map((point) => [
      channelName(device.id, point.id),
      [point.unit, sourceOf(device.unit, point), point.scale, point.places],
    ]),
  );
}

/** "<unit id>:<function code>:<start, 4 hex digits>:<type>:<byte order>"; a string's type carries its registers: "string8". */
function sourceOf(unit: number, { at, type, length, order }: Point): string {
  return [unit, tables[at.table], at.address.toString(16).padStart(4, "0"), `${type}${length ?? ""}`, order].join(":");
}
