import { setMaxListeners } from "node:events";
import type { Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import type { EndBody } from "../feed/format/body.ts";
import { readEntry, type StoredEntry } from "../feed/format/entry.ts";
import { seconds } from "../feed/format/vocabulary.ts";
import type { OpenJournal } from "./keep/open-journal.ts";
import type { Logger } from "./logger.ts";
import { openSending } from "./sending.ts";
import type { Service } from "./service.ts";

/** How long the broker may take to hear that nothing more comes. */
const farewell = seconds(5);

/** The entry that closed the log; undefined while it goes on. */
export function endOf(journal: Pick<OpenJournal, "lastOfType">): (StoredEntry & EndBody) | undefined {
  const last = journal.lastOfType("end");
  const read = last && readEntry(last.bytes);
  return read?.ok && read.value.type === "end" ? read.value : undefined;
}

/** Sends what the service lacks of a log that was closed, until it has everything or `signal` aborts. Nothing is added to the log. */
export async function deliver(
  site: Site,
  journal: OpenJournal,
  service: Service | undefined,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const ended = endOf(journal);
  log.warn(
    { code: "LOG_ENDED", origin: site.origin, at: ended?.t, why: ended?.why },
    "the log is closed; no meter is read",
  );
  if (service === undefined) return;
  const failed = new AbortController();
  const over = AbortSignal.any([signal, failed.signal]);
  setMaxListeners(0, over);
  const faults: unknown[] = [];
  const onFault = (fault: unknown): void => {
    faults.push(fault);
    failed.abort();
  };
  const sending = openSending({ site, service, journal, clock, log, onFault });
  await sending.drained(over);
  await sending.stop(farewell);
  if (faults.length > 0) throw faults[0];
}
