import { onTestFinished } from "vitest";
import { millis } from "../../../feed/format/vocabulary.ts";
import type { LinkFailure } from "../../../feed/link/faults.ts";
import { type Link, type LinkSettings, openLink } from "../../../feed/link.ts";

/** Pauses short enough for a test; nothing else is changed. */
export const quick = { pauses: { first: millis(10), longest: millis(50) } } as const;

export interface WatchedLink {
  readonly link: Link;
  readonly messages: { readonly topic: string; readonly payload: string }[];
  readonly ups: (4 | 5)[];
  readonly downs: { readonly failure: LinkFailure; readonly wasUp: boolean }[];
}

/** A link that is closed when the test ends, and everything it told. */
export function watchedLink(settings: LinkSettings, topics: readonly string[] = []): WatchedLink {
  const link = openLink({ ...quick, ...settings });
  onTestFinished(() => link.close());
  const watched: WatchedLink = { link, messages: [], ups: [], downs: [] };
  link.listen({
    topics,
    onMessage: (topic, payload) => watched.messages.push({ topic, payload: payload.toString() }),
    onUp: (version) => watched.ups.push(version),
    onDown: (failure, wasUp) => watched.downs.push({ failure, wasUp }),
  });
  return watched;
}
