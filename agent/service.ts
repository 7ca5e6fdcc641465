import type { Feed, Site } from "../config/site.ts";
import type { Policy } from "../feed/format/policy.ts";
import { topics } from "../feed/format/topics.ts";
import { linkNews } from "../feed/link/news.ts";
import { type Link, openLink } from "../feed/link.ts";
import type { Logger } from "./logger.ts";
import { readPolicy } from "./policy.ts";
import { offlineText } from "./send/status.ts";

/** The service this site reports to: whose receipts count, and the line to it. */
export interface Service {
  readonly policy: Policy;
  readonly link: Link;
}

/** Reads the policy and connects; it stays connected until the link is closed. Throws Fault E_POLICY, E_LINK_SETTING. */
export function openService({ gateway }: Pick<Site, "gateway">, feed: Feed, log: Logger): Service {
  const { policy } = readPolicy(feed.policy);
  const { broker, tls, username, passwordFile } = feed;
  const link = openLink({
    url: broker,
    clientId: gateway,
    ...(tls && { tls }),
    username,
    passwordFile,
    will: { topic: topics(gateway).status, payload: offlineText },
  });
  const news = linkNews();
  link.listen({
    topics: [],
    onUp: (version) => {
      news.up();
      log.info({ broker, mqtt: version === 5 ? "5" : "3.1.1" }, "connected");
    },
    onDown: (failure) => {
      const { level, said } = news.failed(failure);
      log[level](said, "not connected");
    },
  });
  return { policy, link };
}
