import { type EntryBody, readEntry } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { pause } from "../../feed/link/pause.ts";
import { type Following, followJournal, isHeld } from "../keep/follow.ts";
import type { Show, ShownFrame } from "./tail-shown.ts";

/** How often the journal is asked whether something was committed. */
const look = millis(100);
/** After so many looks without anything new it is asked whether the agent is still there. */
const quietLooks = 30;
/** So far back a device's last poll is looked for, in entries. */
const back = 256;
/** Entries read at once. */
const portion = 64;

export interface JournalTail {
  readonly dir: string;
  /** Whether a device is to be shown. */
  wants(device: string | undefined): boolean;
  /** SHA-256 of the site file as it is now, base64. */
  readonly sha256: string;
}

/** Shows the last poll of each device, then every entry as it is committed, until `signal` aborts. Writes nothing. */
export async function tailJournal({ dir, wants, sha256 }: JournalTail, show: Show, signal: AbortSignal): Promise<void> {
  const journal = followJournal(dir);
  try {
    const configs = new Configs(journal);
    const tell = (seq: number, body: EntryBody): void => {
      if (body.type === "frame" && wants(body.dev)) show.frame(configs.shown(seq, body));
      else if (body.type === "event" && (body.dev === undefined || wants(body.dev))) show.event(body);
    };
    let next = journal.end();
    const recent = bodies(journal, Math.max(0, next - back), next);
    const newest = new Map(recent.flatMap((one) => (one.body.type === "frame" ? [[one.body.dev, one] as const] : [])));
    for (const { seq, body } of newest.values()) tell(seq, body);
    // What lies before its start was kept by the agent of an earlier site file, perhaps for devices that are no longer there.
    const begun = recent.findLast(({ body }) => body.type === "boot")?.seq ?? -1;
    if ([...newest.values()].some(({ seq, body }) => seq > begun && configs.siteOf(body) !== sha256))
      show.note("the site file was changed since the agent read it; names may differ until it is started again");
    for (let quiet = 0, alone = false; !signal.aborted; quiet++) {
      if (journal.changed()) {
        quiet = 0;
        alone = false;
        for (const end = journal.end(); next < end; next = Math.min(next + portion, end))
          for (const { seq, body } of bodies(journal, next, Math.min(next + portion, end))) tell(seq, body);
      }
      if (quiet >= quietLooks && !alone && !isHeld(dir)) {
        alone = true;
        show.note("no agent is running any more; started again, tail asks the devices itself");
      }
      if (quiet >= quietLooks) quiet = 0;
      await pause(look, signal);
    }
  } finally {
    journal.close();
  }
}

/** Entries that can be read; what cannot is for the agent to say, not for a look beside it. */
const bodies = (journal: Following, from: number, to: number) =>
  journal.read(from, to).flatMap(({ seq, bytes }) => {
    const read = readEntry(bytes);
    return read.ok ? [{ seq, body: read.value }] : [];
  });

/** Configuration entries by number; each frame names its own. */
class Configs {
  private readonly journal: Following;
  private readonly known = new Map<string, { readonly seq: number; readonly body: EntryBody | undefined }>();

  constructor(journal: Following) {
    this.journal = journal;
  }

  private of(body: EntryBody & { readonly type: "frame" }): EntryBody | undefined {
    const device = body.dev ?? "";
    const known = this.known.get(device);
    if (known?.seq === body.cfg) return known.body;
    const found = bodies(this.journal, body.cfg, body.cfg + 1)[0]?.body;
    this.known.set(device, { seq: body.cfg, body: found });
    return found;
  }

  siteOf(body: EntryBody): string | undefined {
    const config = body.type === "frame" ? this.of(body) : undefined;
    return config?.type === "config" ? config.sha256 : undefined;
  }

  shown(seq: number, body: EntryBody & { readonly type: "frame" }): ShownFrame {
    const config = this.of(body);
    const { points = {}, reads = [] } = config?.type === "config" ? config : {};
    const units = Object.fromEntries(Object.entries(points).map(([channel, [unit]]) => [channel, unit]));
    return { device: body.dev ?? "", seq, body, reads, units };
  }
}
