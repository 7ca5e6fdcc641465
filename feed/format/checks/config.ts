import type { ConfigBody, DerivedBody, FrameBody } from "../body.ts";
import { mismatch, type Readers, readersOf, unreadable } from "../raw/readers.ts";
import type { EntryFinding } from "./finding.ts";

/** Looks up an earlier entry: its configuration, "other" where it is none, undefined where it is not at hand. */
export type ConfigAt = (seq: number) => ConfigBody | "other" | undefined;

/** Compiled maps by the number of their entry; at most so many at once. */
export type KnownConfigs = Map<number, { readonly body: ConfigBody; readonly readers: Readers }>;
const most = 1000;

/** CFG_UNLOGGED and RAW_MISMATCH of a frame. */
export function checkFrame(
  frame: FrameBody & { readonly seq: number },
  known: KnownConfigs,
  configAt: ConfigAt,
): readonly EntryFinding[] {
  const { seq, cfg } = frame;
  const unlogged = (why: string): readonly EntryFinding[] => [
    { code: "CFG_UNLOGGED", seq, detail: `entry ${seq} was read under entry ${cfg}, ${why}` },
  ];
  const config = configOf(seq, cfg, known, configAt);
  if (config === undefined) return [];
  if (typeof config === "string") return unlogged(config);
  if (config.body.dev !== frame.dev) return unlogged(`which is of ${config.body.dev ?? "the whole site"}`);
  const wrong = mismatch(frame, config.readers);
  return wrong === undefined ? [] : [{ code: "RAW_MISMATCH", seq, detail: `entry ${seq}: ${wrong}` }];
}

/** How many values of a frame cannot be recomputed here; for whoever says so. */
export function unjudged({ seq, cfg, ...frame }: FrameBody & { readonly seq: number }, known: KnownConfigs): number {
  return unreadable(frame, known.get(cfg)?.readers);
}

/** CFG_UNLOGGED of a derived entry. */
export function checkDerived(
  { seq, cfg }: DerivedBody & { readonly seq: number },
  known: KnownConfigs,
  configAt: ConfigAt,
): readonly EntryFinding[] {
  const config = configOf(seq, cfg, known, configAt);
  const why = typeof config === "string" ? config : config && !config.body.derive && "which declares nothing derived";
  return why ? [{ code: "CFG_UNLOGGED", seq, detail: `entry ${seq} was derived by entry ${cfg}, ${why}` }] : [];
}

/** CFG_CHANGED: a second map of a device that differs, be it in the whole settings file alone. */
export function checkConfig(
  config: ConfigBody & { readonly seq: number },
  before: number | undefined,
  known: KnownConfigs,
  configAt: ConfigAt,
): readonly EntryFinding[] {
  const { seq, dev } = config;
  const earlier = before === undefined ? undefined : configOf(seq, before, known, configAt);
  remember(seq, config, known);
  if (before === undefined || earlier === undefined || typeof earlier === "string") return [];
  const changes = changesOf(earlier.body, config);
  if (changes.length === 0) return [];
  const detail = `entry ${seq}, ${dev ?? "the site"}, differs from entry ${before}: ${changes.join("; ").slice(0, 400)}`;
  return [{ code: "CFG_CHANGED", seq, detail }];
}

function changesOf(before: ConfigBody, after: ConfigBody): readonly string[] {
  const channels = [...new Set([...Object.keys(before.points), ...Object.keys(after.points)])].sort();
  const points = channels.flatMap((channel) => {
    const [a, b] = [before.points[channel], after.points[channel]].map((point) => point && JSON.stringify(point));
    return a === b ? [] : [`${channel} ${a ?? "is new"}${a && b ? " is now " : ""}${b ?? " is gone"}`];
  });
  const derive = JSON.stringify(before.derive) === JSON.stringify(after.derive) ? [] : ["what is derived, or how"];
  if (points.length + derive.length > 0) return [...points, ...derive];
  return before.sha256 === after.sha256 ? [] : ["another settings file"];
}

function configOf(
  seq: number,
  cfg: number,
  known: KnownConfigs,
  configAt: ConfigAt,
): { readonly body: ConfigBody; readonly readers: Readers } | string | undefined {
  if (cfg >= seq) return "which is not before it";
  const at = known.get(cfg);
  if (at !== undefined) return at;
  const body = configAt(cfg);
  if (body === undefined) return undefined;
  return body === "other" ? "which is no configuration" : remember(cfg, body, known);
}

function remember(seq: number, body: ConfigBody, known: KnownConfigs) {
  if (known.size >= most) known.clear();
  const config = { body, readers: readersOf(body) };
  known.set(seq, config);
  return config;
}
