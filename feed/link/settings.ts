import { readFileSync } from "node:fs";
import { Fault, good, type Result } from "../format/faults.ts";
import type { Millis } from "../format/vocabulary.ts";
import { millis, seconds } from "../format/vocabulary.ts";
import type { LinkFailure } from "./faults.ts";

/** How to reach a broker. All paths are of PEM or text files; they are read anew at each attempt, so they may be renewed. */
export interface LinkSettings {
  /** mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS 1.3. */
  readonly url: string;
  /** Stable over restarts, one per program: two with one id would throw each other out. */
  readonly clientId: string;
  readonly tls?: {
    readonly ca: string;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
    /** The name the broker's certificate must carry, where it is not the host of the URL. */
    readonly servername?: string | undefined;
  };
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** What the broker says for us when we vanish; retained. */
  readonly will?: { readonly topic: string; readonly payload: Buffer };
  /** Messages under way at once, at most what the broker allows; 20. */
  readonly window?: number;
  /** 15 to 30 s; 20 s. */
  readonly keepalive?: Millis;
  /** The longest wait for the broker's CONNACK; 10 s. */
  readonly connectWithin?: Millis;
  /** The longest wait for its PUBACK; 20 s. */
  readonly ackWithin?: Millis;
  /** How long the broker keeps what comes for us while we are away; 24 h. 0: a clean start each time. */
  readonly session?: Millis;
  /** Messages larger than this are not taken; 1 MiB and the space of a header. */
  readonly largestIncoming?: number;
  /** Bounds of the pause between attempts; 1 s and 60 s. */
  readonly pauses?: { readonly first: Millis; readonly longest: Millis };
}

export const linkDefaults = {
  window: 20,
  keepalive: seconds(20),
  connectWithin: seconds(10),
  ackWithin: seconds(20),
  session: seconds(86_400),
  largestIncoming: 1_048_576 + 4096,
  pauses: { first: seconds(1), longest: seconds(60) },
} as const;
/** A connection that lasted this long was a good one: the pauses start small again. */
export const goodConnection: Millis = millis(5000);

export interface Address {
  readonly protocol: "mqtt" | "mqtts";
  readonly host: string;
  readonly port: number;
}

/** Throws Fault E_LINK_SETTING for what is no broker's address, and for TLS settings without TLS or the other way round. */
export function addressOf(settings: LinkSettings): Address {
  const address = brokerAddress(settings.url);
  if (address === undefined) throw new Fault("E_LINK_SETTING", `"${settings.url}" is not the address of a broker`);
  if ((address.protocol === "mqtts") !== (settings.tls !== undefined))
    throw new Fault("E_LINK_SETTING", `"${settings.url}" ${settings.tls ? "with" : "without"} tls settings`);
  return address;
}

/** What mqtt://HOST:PORT or mqtts://HOST:PORT says; undefined for anything else. */
export function brokerAddress(text: string): Address | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocol = url?.protocol.slice(0, -1);
  if (
    !url ||
    (protocol !== "mqtt" && protocol !== "mqtts") ||
    !url.hostname ||
    url.pathname.length > 1 ||
    url.username ||
    url.password
  )
    return undefined;
  return {
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || { mqtt: 1883, mqtts: 8883 }[protocol],
  };
}

export type Secrets = Partial<Record<"username" | "servername" | "password", string> & Record<PemFile, Buffer>>;
type PemFile = "ca" | "cert" | "key";

/** The secrets in the files, as the client wants them; the password is the first line of its file. E_LINK_FILE. */
export function readSecrets({ tls, username, passwordFile }: LinkSettings): Result<Secrets, LinkFailure> {
  const secrets: Secrets = {
    ...(username !== undefined && { username }),
    ...(tls?.servername !== undefined && { servername: tls.servername }),
  };
  const files = { password: passwordFile, ca: tls?.ca, cert: tls?.cert, key: tls?.key };
  for (const name of ["password", "ca", "cert", "key"] as const) {
    const path = files[name];
    if (path === undefined) continue;
    try {
      const bytes = readFileSync(path);
      if (name === "password") secrets.password = bytes.toString("utf8").split(/\r?\n/)[0] ?? "";
      else secrets[name] = bytes;
    } catch (error) {
      const why = error instanceof Error && "code" in error ? error.code : error;
      return { ok: false, problem: { code: "E_LINK_FILE", detail: `${path} cannot be read (${why})` } };
    }
  }
  return good(secrets);
}
