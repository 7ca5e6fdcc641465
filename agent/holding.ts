import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { endpointsOf } from "../drivers/line/endpoints.ts";
import { type Hold, type Holder, holdLine, type Way } from "../drivers/line/hold.ts";
import { pauseUntil } from "../drivers/line/pause.ts";
import type { LineSettings, NamesHeld } from "../drivers/line/settings.ts";
import { Fault } from "../feed/format/faults.ts";
import { millis } from "../feed/format/vocabulary.ts";

/** Whose word is left beside a line while it is held. */
export interface Held {
  readonly program: string;
  /** The site file. */
  readonly config?: string;
  devicesOn(line: LineSettings): readonly string[];
  /** Called when the agent wants the lines; whoever gives this releases them then. */
  giveWay?(): void;
  /** Ends the wait for somebody else to give way. */
  readonly signal?: AbortSignal;
}

/** A look at the devices, which gives way to the agent of its site. */
export const lookedBy = "cems-agent tail";
const agent = "cems-agent run";
/** So often, and so long apart, the agent looks whether that has given way. */
const tries = 50;
const apart = millis(100);

/** Lines that are held. */
export interface HeldLines {
  /** What keeps the names of this line up with the devices they lead to. */
  of(line: { readonly id: string }): NamesHeld | undefined;
  /** Resolves when another process may hold them. */
  release(): Promise<void>;
}

/** Holds all of these lines, or none: Fault E_LINE_HELD says who has one, and how to ask him. */
export async function holdLines(lines: readonly LineSettings[], by: Held): Promise<HeldLines> {
  const holds = new Map<string, Hold>();
  const release = async (): Promise<void> =>
    void (await Promise.all([...holds.values()].map((hold) => hold.release())));
  // Together, since a name that cannot be resolved takes its time to say so.
  const endpoints = await Promise.all(lines.map((line) => endpointsOf(line)));
  for (const [index, line] of lines.entries()) {
    const { program, config } = by;
    const info = {
      pid: process.pid,
      program,
      devices: by.devicesOn(line),
      ...(config !== undefined && { config: oneName(config) }),
    };
    const hold = await holdInTime(line, info, endpoints[index] ?? [], by).catch(async (error: unknown) => {
      await release();
      throw error;
    });
    if (!("heldBy" in hold)) holds.set(line.id, hold);
    else {
      await release();
      throw new Fault("E_LINE_HELD", heldText(line.id, hold.heldBy));
    }
  }
  return { of: ({ id }) => holds.get(id), release };
}

/** Two programs may be given one site file by two names. */
function oneName(config: string): string {
  try {
    return realpathSync(config);
  } catch {
    return resolve(config);
  }
}

/** The agent waits a moment for a look at the same site to give way; nobody else waits. */
async function holdInTime(
  line: LineSettings,
  info: Omit<Holder, "line">,
  endpoints: readonly string[],
  { program, giveWay, signal }: Held,
): ReturnType<typeof holdLine> {
  const way: Way | undefined =
    info.config === undefined || (program !== agent && !giveWay)
      ? undefined
      : { purpose: info.config, ...(giveWay && { asked: giveWay }) };
  for (let left = tries; ; left--) {
    const hold = await holdLine(line, info, endpoints, way);
    const by = "heldBy" in hold ? hold.heldBy : undefined;
    if (by?.program !== lookedBy || by.config !== info.config || program !== agent || left === 0) return hold;
    if (signal?.aborted) return hold;
    await pauseUntil(performance.now() + apart, signal && { signal });
  }
}

/** Who holds a line, and what to type instead of asking on it. */
export function heldText(line: string, holder: Holder | undefined): string {
  if (holder === undefined) return `another process holds the line ${line} and does not say who it is`;
  const { pid, program, config, devices } = holder;
  if (pid === process.pid) return `the lines ${holder.line} and ${line} lead to the same place and are one line`;
  if (config === undefined || program !== agent) return `${program} (pid ${pid}) holds the line ${line}`;
  const device = devices[0] === undefined ? "" : ` --device ${devices[0]}`;
  return `the running agent (pid ${pid}) holds this line; ask it: cems-agent tail --config ${config}${device} --raw`;
}
