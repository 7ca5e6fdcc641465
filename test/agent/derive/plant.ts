/** A plant of its journal, its clock and the file that averages are remembered in; and the deriver run over it. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { derive } from "../../../agent/derive/deriver.ts";
import type { DeriverParts } from "../../../agent/derive/parts.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import type { FrameBody } from "../../../feed/format/body.ts";
import { isoTime, readEntry, type StoredEntry } from "../../../feed/format/entry.ts";
import { type Millis, millis, seconds } from "../../../feed/format/vocabulary.ts";
import { type FakeClock, fakeClock } from "../../support/clock.ts";
import { inMemory } from "../../support/temporary.ts";
import { makeJournal } from "../keep/kit.ts";

export interface Plant {
  readonly journal: OpenJournal;
  readonly clock: FakeClock;
  readonly snapshot: string;
}

export function plantAt(t: string): Plant {
  const { dir, journal } = makeJournal({}, undefined, inMemory());
  return { journal, clock: fakeClock(t), snapshot: join(dir, "..", "derived.json") };
}

/** What is derived; by default from the very moment the plant began, days of China. */
export type Deriving = Pick<DeriverParts, "channels" | "cfg" | "since"> &
  Partial<Pick<DeriverParts, "offset" | "checks">>;

/** How an agent is started again: whether it remembers its averages, and how long it is away. */
export interface Restart {
  readonly forget: boolean;
  readonly still?: Millis;
}

export interface Running {
  restart(how: Restart): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the deriver as an agent does, with a boot entry before it. */
export function startDeriver({ journal, clock, snapshot }: Plant, deriving: Deriving): Running {
  const parts = { offset: millis(8 * 3_600_000), ...deriving, journal, keep: journal.append, clock, snapshot };
  const start = (): { readonly stop: AbortController; readonly done: Promise<void> } => {
    const t = isoTime(clock.now().wall);
    journal.append({ type: "boot", t, boot: "9f3c1a2e", why: "start", clk: ["none", -1], head: [0, noRoot] });
    const stop = new AbortController();
    return { stop, done: derive(parts, stop.signal) };
  };
  let running = start();
  const stop = (): Promise<void> => {
    running.stop.abort();
    return running.done;
  };
  return {
    stop,
    restart: async ({ forget, still }) => {
      await stop();
      if (forget) for (const path of [snapshot, `${snapshot}.d`]) rmSync(path, { force: true, recursive: true });
      if (still) await clock.advance(still);
      running = start();
    },
  };
}
const noRoot = Buffer.alloc(32).toString("base64");

export interface Turns {
  /** Numbers of the first turn, and of the one after the last. */
  readonly turns: readonly [from: number, to: number];
  readonly every: Millis;
  /** What is read at the begin of a turn. */
  readonly read: (turn: number, t: Millis) => FrameBody | undefined;
  /** After each so many turns. */
  readonly restarts?: (Restart & { readonly every: number }) | undefined;
}

/** Turn by turn, and a moment more for what is over with the last. */
export async function runPlant(
  plant: Plant,
  deriving: Deriving,
  { turns, every, read, restarts }: Turns,
): Promise<void> {
  const { journal, clock } = plant;
  const running = startDeriver(plant, deriving);
  for (let n = turns[0]; n < turns[1]; n++) {
    const body = read(n, clock.now().wall);
    if (body) journal.append(body);
    await clock.advance(every);
    if (restarts && n % restarts.every === restarts.every - 1) await running.restart(restarts);
  }
  await clock.advance(seconds(5));
  await running.stop();
}

/** A poll whose replies are not what the test is about. */
export const frameAt = (t: Millis, data: FrameBody["data"], more: Partial<FrameBody> = {}): FrameBody => ({
  type: "frame",
  t: isoTime(t),
  boot: "9f3c1a2e",
  mono: 1,
  clk: ["none", -1],
  cfg: 0,
  raw: [],
  data,
  ...more,
});

export const entriesOf = (journal: OpenJournal): StoredEntry[] =>
  journal.read(0, journal.head().size).flatMap(({ bytes }) => {
    const read = readEntry(bytes);
    return read.ok ? [read.value] : [];
  });
