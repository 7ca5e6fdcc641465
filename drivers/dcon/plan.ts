import type { Form, ModuleRequest } from "./request.ts";

/** Where a value is: a channel in the reply for all of them, a channel asked by itself, or one of the module's own texts. */
export type ModulePlace =
  | { readonly from: "all" | "channel"; readonly channel: number }
  | { readonly from: "name" | "configuration" | "firmware" };

export interface ModuleRead<P> {
  readonly request: ModuleRequest;
  /** `index` counts the values of the reply. */
  readonly points: readonly { readonly point: P; readonly index: number }[];
}

/**
 * One request for all channels together, one for each channel that is asked by itself, one for each text.
 * @param channels values the module gives to `#AA`, used or not
 */
export function planReads<P extends { readonly at: ModulePlace }>(
  points: readonly P[],
  { channels, form }: { readonly channels: number; readonly form: Form },
): readonly ModuleRead<P>[] {
  const reads = new Map<string, { request: ModuleRequest; points: { point: P; index: number }[] }>();
  for (const point of points) {
    const { at } = point;
    const key = at.from === "channel" ? `channel ${at.channel}` : at.from;
    const read = reads.get(key) ?? { request: requestFor(at, channels, form), points: [] };
    read.points.push({ point, index: at.from === "all" ? at.channel : 0 });
    reads.set(key, read);
  }
  return [...reads.values()];
}

function requestFor(at: ModulePlace, channels: number, form: Form): ModuleRequest {
  if (at.from === "all") return { read: "all", values: channels, form };
  return at.from === "channel" ? { read: "channel", channel: at.channel, form } : { read: at.from };
}
