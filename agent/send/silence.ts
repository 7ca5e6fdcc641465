import { sendRule } from "./outbox.ts";

/** One line for whoever reads the log. */
export interface SilenceTold {
  readonly level: "warn" | "info";
  readonly said: Readonly<Record<string, string | number>>;
  readonly text: string;
}

/**
 * What a person is told of a service that does not acknowledge though the broker takes what is sent: once when a wait had
 * its time, however many follow on however many connections, and once when a receipt comes again.
 */
export interface SilenceNews {
  /** A wait for an answer ended without one; the mirror holds the entries below `mirrored`. */
  unanswered(mirrored: number): SilenceTold | undefined;
  acknowledged(mirrored: number): SilenceTold | undefined;
}

const hint =
  "The entries are kept and offered again. See whether the receiver runs, hears this broker and knows this gateway's key.";

export function silenceNews(): SilenceNews {
  let silent = false;
  return {
    unanswered: (mirrored) => {
      if (silent) return undefined;
      silent = true;
      const seconds = sendRule.answerWithin / 1000;
      return { level: "warn", said: { seconds, mirrored, hint }, text: "the service acknowledges nothing" };
    },
    acknowledged: (mirrored) => {
      if (!silent) return undefined;
      silent = false;
      return { level: "info", said: { mirrored }, text: "the service acknowledges again" };
    },
  };
}
