import type { Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import { isoTime } from "../feed/format/entry.ts";
import { topics } from "../feed/format/topics.ts";
import type { Millis } from "../feed/format/vocabulary.ts";
import { type SendTold, sendNews } from "../feed/link/news.ts";
import type { OpenJournal } from "./keep/open-journal.ts";
import type { Logger } from "./logger.ts";
import type { Keeper } from "./sealing.ts";
import type { Ack } from "./send/acks.ts";
import { type SendingCounts, startSending } from "./send/publisher.ts";
import { type SilenceTold, silenceNews } from "./send/silence.ts";
import { offlineText } from "./send/status.ts";
import type { Service } from "./service.ts";

export interface SendingSite {
  /** `seal.anchor`: a cosignature is embedded this often; the entries after it were made after its time. */
  readonly site: Pick<Site, "gateway"> & { readonly seal: Pick<Site["seal"], "anchor"> };
  readonly service: Service;
  readonly journal: OpenJournal;
  /** Embeds receipts as anchors; left out where the log is closed. */
  readonly embedding?: { readonly keeper: Keeper; readonly boot: string };
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFault: (fault: unknown) => void;
}

export interface SiteSending {
  wake(): void;
  counts(): SendingCounts;
  /** Resolves when the mirror holds everything that is sealed, or when the signal aborts. */
  drained(signal: AbortSignal): Promise<boolean>;
  /** The next receipt becomes an anchor whatever the time, as before a certificate. */
  anchorNext(): void;
  /** Waits until the mirror holds everything, at most `within`; then talks no more. */
  stop(within: Millis): Promise<void>;
}

/** Sends what the journal holds, and embeds the receipts that come back as anchors. */
export function openSending(parts: SendingSite): SiteSending {
  const { site, service, journal, embedding, clock, log, onFault } = parts;
  const stop = new AbortController();
  let nextAnchor: Millis | undefined;
  let stopping = false;
  const news = sendNews();
  const silence = silenceNews();
  const tell = (told: SendTold | SilenceTold | undefined): void => {
    if (told) log[told.level](told.said, told.text);
  };

  const anchor = ({ size, lines, witnessed }: Ack): void => {
    const { wall, mono } = clock.now();
    if (embedding === undefined || stopping || !witnessed || (nextAnchor !== undefined && mono < nextAnchor)) return;
    nextAnchor = (mono + site.seal.anchor) as Millis;
    const root = journal.rootAt(size).toString("base64");
    const cosig = lines.map(({ line }) => line);
    const { keeper, boot } = embedding;
    keeper.keep({ type: "anchor", t: isoTime(wall), boot, mono: Math.round(mono), size, root, cosig });
  };
  const sending = startSending(
    {
      shelf: journal,
      link: service.link,
      policy: service.policy,
      gateway: site.gateway,
      clock,
      onAck: (ack) => {
        tell(silence.acknowledged(journal.mirrored()));
        anchor(ack);
      },
      onUnanswered: () => tell(silence.unanswered(journal.mirrored())),
      onNack: ({ code, have }) => log.warn({ code, have }, "the service asks again"),
      onRefused: ({ code, detail }) => log.warn({ code, detail }, "a message of the service does not count"),
      onSent: (topic, result) => tell(news(topic, result)),
      onFork: onFault,
    },
    stop.signal,
  );
  sending.running.catch(onFault);
  // The first receipt of a connection becomes an anchor whatever the time: what follows was made after it.
  const unlisten = service.link.listen({
    topics: [],
    onUp: () => {
      nextAnchor = undefined;
    },
  });
  return {
    wake: sending.wake,
    counts: sending.counts,
    drained: sending.drained,
    anchorNext: () => {
      nextAnchor = undefined;
    },
    stop: async (within) => {
      stopping = true;
      const patience = AbortSignal.timeout(Math.max(1, within));
      if (service.link.state().version !== undefined) {
        await sending.drained(patience);
        await service.link.send(topics(site.gateway).status, offlineText, { retain: true, text: true }, patience);
      }
      unlisten();
      stop.abort();
      await sending.running.catch(() => {});
    },
  };
}
