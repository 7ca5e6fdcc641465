import { type LinkFaultCode, linkFaults } from "./faults.ts";
import type { SendResult } from "./send.ts";

/** One failure as a line of the log. */
export interface Told {
  readonly level: "warn" | "debug";
  readonly said: { readonly code: string; readonly detail: string; readonly hint: string };
}

/** The line of the log of a message that was not published, or of the first one that was again. */
export type SendTold =
  | (Told & { readonly text: "not published" })
  | { readonly level: "info"; readonly said: { readonly topic: string }; readonly text: "published again" };

/** What a person is told of a link that is not up. */
export interface LinkNews {
  /** The first failure and each of another kind are warnings, since the link may never come up; the same again is not. */
  failed(failure: { readonly code: string; readonly detail: string }): Told;
  /** It is up: the next failure is news again. */
  up(): void;
}

export function linkNews(): LinkNews {
  let last: string | undefined;
  return {
    failed: ({ code, detail }) => {
      const level = code === last ? "debug" : "warn";
      last = code;
      const hint = Object.hasOwn(linkFaults, code) ? linkFaults[code as keyof typeof linkFaults].hint : "";
      return { level, said: { code, detail, hint } };
    },
    up: () => {
      last = undefined;
    },
  };
}

/** Failures that are the connection's: whoever watches it tells of them. */
const ofTheLink: readonly LinkFaultCode[] = ["E_LINK_DOWN", "E_LINK_LOST", "E_LINK_TIMEOUT", "E_LINK_ABORTED"];

/**
 * What a person is told of messages that the broker does not take though the link is up: by topic, since a broker may let us
 * publish on some only; the first that passes there is told of too, and after it the same failure is news again.
 */
export function sendNews(): (topic: string, result: SendResult) => SendTold | undefined {
  const failing = new Map<string, LinkNews>();
  return (topic, result) => {
    if (result.delivered)
      return failing.delete(topic) ? { level: "info", said: { topic }, text: "published again" } : undefined;
    if (ofTheLink.includes(result.failure.code)) return undefined;
    const news = failing.get(topic) ?? linkNews();
    failing.set(topic, news);
    return { ...news.failed(result.failure), text: "not published" };
  };
}
