import type { StoredEntry } from "../entry.ts";
import type { EntryFinding, Upper } from "./finding.ts";
import type { Tolerances } from "./tolerances.ts";

/** What the checks of time remember from entry to entry. Plain JSON. */
export interface TimeState {
  /** Latest time of a verified cosignature in an anchor, Unix ms; 0 before the first. */
  anchored: number;
  /** The newest frame or anchor: boot, ms since boot, Unix ms, number. */
  last: { boot: string; mono: number; wall: number; seq: number } | null;
  /** Boots that are over, the newest last. */
  over: string[];
  unsynchronised: boolean;
  late: boolean;
  drift: Drift | null;
}

/** How near frames came to their cosignatures on the day (UTC) of these: Unix ms and ms. */
interface Drift {
  day: number;
  /** Smallest distance of a tree that is done with. */
  least: number | null;
  /** The tree at hand, and the newest frame in it. */
  tree: { size: number; time: number; frame: number; seq: number } | null;
}

export const newTimeState = (): TimeState => ({
  anchored: 0,
  last: null,
  over: [],
  unsynchronised: false,
  late: false,
  drift: null,
});

const mostBoots = 64;
const dayMs = 86_400_000;
const iso = (time: number): string => new Date(time).toISOString();

/** TIME_BRACKET, TIME_FUTURE, LATE_ANCHOR of any entry; of frames and anchors also what their time since boot says. */
export function checkTimes(
  entry: StoredEntry,
  upper: Upper | undefined,
  state: TimeState,
  allowed: Tolerances,
): EntryFinding[] {
  const { seq } = entry;
  const wall = Date.parse(entry.t);
  const found: EntryFinding[] = [];
  if (state.anchored > 0 && wall < state.anchored - allowed.bracket) {
    const detail = `entry ${seq} says ${entry.t}; a cosignature of ${iso(state.anchored)} stands before it`;
    found.push({ code: "TIME_BRACKET", seq, detail });
  }
  if (upper !== undefined) {
    if (wall > upper.time + allowed.bracket) {
      const detail = `entry ${seq} says ${entry.t}; the tree of ${upper.size} was cosigned at ${iso(upper.time)}`;
      found.push({ code: "TIME_FUTURE", seq, detail });
    }
    const late = upper.time - wall > allowed.late;
    if (late) {
      const detail = `entry ${seq} says ${entry.t}; nothing covered it before ${iso(upper.time)}`;
      found.push({ code: "LATE_ANCHOR", seq, detail, ...(state.late && { again: true as const }) });
    }
    state.late = late;
  }
  if (entry.type === "frame" || entry.type === "anchor") found.push(...checkMono(entry, wall, state, allowed));
  if (entry.type === "frame") {
    const clock = clockProblem(entry.clk, allowed);
    if (clock !== undefined) {
      const again = state.unsynchronised && { again: true as const };
      found.push({ code: "CLOCK_UNSYNC", seq, detail: `entry ${seq}: ${clock}`, ...again });
    }
    state.unsynchronised = clock !== undefined;
    if (upper !== undefined) found.push(...checkDrift(seq, wall, upper, state, allowed));
  }
  return found;
}

function clockProblem([source, error]: readonly [string, number], { clockError }: Tolerances): string | undefined {
  if (source === "none" || source === "rtc") return `the clock's source is ${source}`;
  if (error < 0) return `the bound of the clock's error is not known (${source})`;
  return error > clockError ? `the clock may be wrong by ${error} ms (${source})` : undefined;
}

function checkMono(
  { boot, mono, seq, t, type }: StoredEntry & { readonly boot: string; readonly mono: number },
  wall: number,
  state: TimeState,
  allowed: Tolerances,
): EntryFinding[] {
  const { last, over } = state;
  const found: EntryFinding[] = [];
  if (last !== null && last.boot === boot) {
    if (mono < last.mono) {
      const detail = `entry ${seq} says ${mono} ms since boot ${boot}, entry ${last.seq} said ${last.mono}`;
      found.push({ code: "MONO_BACKWARD", seq, detail });
    }
    const apart = wall - last.wall - (mono - last.mono);
    if (Math.abs(apart) > allowed.step) {
      const detail = `entry ${seq} says ${t}: since entry ${last.seq} the clock went ${apart > 0 ? "forward" : "back"} by ${Math.abs(apart)} ms`;
      found.push({ code: "TIME_STEP", seq, detail });
    }
  } else if (over.includes(boot)) {
    found.push({ code: "MONO_BACKWARD", seq, detail: `entry ${seq} is of boot ${boot}, which was over` });
  }
  if (type === "frame" && last !== null && wall < last.wall - allowed.backward)
    found.push({ code: "TIME_BACKWARD", seq, detail: `entry ${seq} says ${t}, entry ${last.seq} ${iso(last.wall)}` });
  if (last !== null && last.boot !== boot) {
    over.push(last.boot);
    if (over.length > mostBoots) over.shift();
  }
  state.last = { boot, mono, wall, seq };
  return found;
}

/** A tree is judged by its newest frame once the next tree begins, a day once the next day does. */
function checkDrift(
  seq: number,
  wall: number,
  { size, time }: Upper,
  state: TimeState,
  allowed: Tolerances,
): readonly EntryFinding[] {
  const day = Math.floor(time / dayMs);
  const { drift } = state;
  if (drift?.tree?.size === size) {
    drift.tree = { size, time, frame: Math.max(wall, drift.tree.frame), seq };
    return [];
  }
  const least = leastOf(drift);
  const over = drift !== null && drift.day !== day;
  state.drift = { day, least: over ? null : least, tree: { size, time, frame: wall, seq } };
  return over ? driftOf(drift, allowed) : [];
}

function leastOf(drift: Drift | null): number | null {
  if (!drift?.tree) return drift?.least ?? null;
  const distance = drift.tree.time - drift.tree.frame;
  return drift.least === null ? distance : Math.min(drift.least, distance);
}

/** Also for the last day of a range, where no next one ends it. */
export function driftOf(drift: Drift | null, { drift: allowed }: Tolerances): readonly EntryFinding[] {
  const least = leastOf(drift);
  if (drift === null || least === null || least <= allowed) return [];
  const detail = `on ${iso(drift.day * dayMs).slice(0, 10)} every frame was ${Math.round(least / 1000)} s or more before its cosignature`;
  return [{ code: "TIME_DRIFT", seq: drift.tree?.seq ?? 0, detail }];
}
