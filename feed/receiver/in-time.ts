import { setImmediate as turn } from "node:timers/promises";
import type { Ledger } from "./ledger.ts";
import { frameIn, type PolledFrame, portion, type Stretch } from "./stretches.ts";

/** Polls of the entries [from, to) that were made in [since, until), Unix ms. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly since: number;
  readonly until: number;
}

/** Entries in memory at once, however many stretches lie over each other. */
const mostAtOnce = 4096;

export const stretchesIn = (all: readonly Stretch[], { from, to, since, until }: Window): readonly Stretch[] =>
  all
    .filter((one) => one.from < to && one.to > from && one.first < until && one.last >= since)
    .toSorted((a, b) => a.first - b.first || a.from - b.from);

/** Whether so many of them, in the order of their first times, lie over each other that there is no room for an entry of each. */
export function isTangled(stretches: readonly Stretch[], most = mostAtOnce): boolean {
  const ends = stretches.map(({ last }) => last).sort((a, b) => a - b);
  let over = 0;
  return stretches.some(({ first }, index) => {
    while ((ends[over] ?? Number.POSITIVE_INFINITY) < first) over += 1;
    return index + 1 - over > most;
  });
}

interface Open {
  readonly ready: PolledFrame[];
  next: number;
  readonly end: number;
}

/**
 * The polls of a window in the order of their times, those of one time in the order of their entries. Read in portions, with a
 * turn for messages after each, and never more than `atOnce` in memory where the stretches are not tangled.
 */
export async function* inTime(
  ledger: Pick<Ledger, "entries">,
  origin: string,
  stretches: readonly Stretch[],
  window: Window,
  signal: AbortSignal,
  atOnce = mostAtOnce,
): AsyncGenerator<PolledFrame, void, undefined> {
  // The one whose turn it is stands last.
  const open: Open[] = [];
  const head = ({ ready }: Open): PolledFrame => ready[0] as PolledFrame;
  const put = async (one: Open): Promise<void> => {
    const size = Math.max(1, Math.min(portion, Math.floor(atOnce / (open.length + 1))));
    while (one.ready.length === 0 && one.next < one.end && !signal.aborted) {
      const to = Math.min(one.next + size, one.end);
      const polls = (await ledger.entries(origin, one.next, to)).flatMap((bytes) => frameIn(bytes) ?? []);
      one.ready.push(...polls.filter(({ t }) => t >= window.since && t < window.until));
      one.next = polls.some(({ t }) => t >= window.until) ? one.end : to;
      await turn();
    }
    if (one.ready.length === 0) return;
    let [low, high] = [0, open.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(head(one), head(open[middle] as Open))) low = middle + 1;
      else high = middle;
    }
    open.splice(low, 0, one);
  };
  let waiting = 0;
  while (!signal.aborted) {
    const now = open.at(-1);
    const stretch = stretches[waiting];
    if (stretch !== undefined && (now === undefined || stretch.first <= head(now).t)) {
      waiting += 1;
      const [from, end] = [Math.max(stretch.from, window.from), Math.min(stretch.to, window.to)];
      await put({ ready: [], next: await begins(ledger, origin, from, end, window.since), end });
      continue;
    }
    if (now === undefined) return;
    open.pop();
    yield now.ready.shift() as PolledFrame;
    await put(now);
  }
}

const isBefore = (a: PolledFrame, b: PolledFrame): boolean => a.t < b.t || (a.t === b.t && a.seq < b.seq);

/** A place in a stretch before which no poll is of `since` or later, and not far before the first that is. */
async function begins(
  ledger: Pick<Ledger, "entries">,
  origin: string,
  from: number,
  end: number,
  since: number,
): Promise<number> {
  let [low, high] = [from, end];
  while (high - low > portion) {
    const middle = (low + high) >> 1;
    const [bytes] = await ledger.entries(origin, middle, middle + 1);
    const polled = bytes && frameIn(bytes);
    if (polled === undefined) return low;
    if (polled.t < since) low = middle + 1;
    else high = middle;
  }
  return low;
}
