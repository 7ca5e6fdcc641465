/** The MQTT topics of one gateway. Its client certificate's CN is the gateway id, and the broker lets it use only its own. */
export interface Topics {
  /** Commit lane: checkpoint and consistency proof. */
  readonly cp: string;
  readonly live: string;
  readonly fill: string;
  readonly cert: string;
  /** Retained, and the will: online or offline. Unsigned, never evidence. */
  readonly status: string;
  readonly ack: string;
  /** Signed nacks and commands. */
  readonly ctl: string;
  /** Certificates with the service's countersignature. */
  readonly receipt: string;
  /** Bundles from the mirror, for an agent that lost its tail. */
  readonly back: string;
}

export type Lane = keyof Topics;

const paths: Topics = {
  cp: "up/cp",
  live: "up/live",
  fill: "up/fill",
  cert: "up/cert",
  status: "up/status",
  ack: "dn/ack",
  ctl: "dn/ctl",
  receipt: "dn/cert",
  back: "dn/fill",
};

/** Letters, digits, dot, underscore, hyphen: nothing that MQTT reads as a level or a wildcard. */
export const GATEWAY = /^[A-Za-z0-9._-]{1,64}$/;

/** `gateway` may be "+" for a subscription to all of them. */
export function topics(gateway: string): Topics {
  const at = (path: string): string => `cems/v1/${gateway}/${path}`;
  const { cp, live, fill, cert, status, ack, ctl, receipt, back } = paths;
  return {
    cp: at(cp),
    live: at(live),
    fill: at(fill),
    cert: at(cert),
    status: at(status),
    ack: at(ack),
    ctl: at(ctl),
    receipt: at(receipt),
    back: at(back),
  };
}

/** Which gateway and lane a topic is of; undefined for any other topic. */
export function laneOf(topic: string): { readonly gateway: string; readonly lane: Lane } | undefined {
  const [, gateway, path] = /^cems\/v1\/([^/]+)\/(up\/[a-z]+|dn\/[a-z]+)$/.exec(topic) ?? [];
  if (gateway === undefined || !GATEWAY.test(gateway)) return undefined;
  const lane = (Object.keys(paths) as Lane[]).find((name) => paths[name] === path);
  return lane && { gateway, lane };
}
