/**
 * The only MQTT client: connect, send, listen, close. It keeps no queue and no store, so a send that is not delivered has
 * gone nowhere, and whoever sends offers it again. A delivered message is one the *broker* has, no more.
 */
import { connect, type IClientOptions, type IConnackPacket, type MqttClient } from "mqtt";
import { connectionFailure, type LinkFailure, type LinkFaultCode, refusal, speaksOlder } from "./link/faults.ts";
import { pause, pauseBefore } from "./link/pause.ts";
import { failed, HEADER, hints, type SendOptions, type SendResult } from "./link/send.ts";
import {
  addressOf,
  goodConnection,
  type LinkSettings,
  linkDefaults,
  readSecrets,
  type Secrets,
} from "./link/settings.ts";
import { topicMatches } from "./link/topic.ts";
import { openWindow, type Window } from "./link/window.ts";

export type { SendOptions, SendResult } from "./link/send.ts";
export type { LinkSettings } from "./link/settings.ts";

/** Handlers are called one message at a time; they MUST NOT throw and their promises MUST NOT reject. */
export interface LinkListener {
  /** Topic filters, subscribed with QoS 1 on every connection before `onUp`. */
  readonly topics: readonly string[];
  /** The broker gets its PUBACK, and we the next message, when this is done. `payload` may be kept. */
  onMessage?(topic: string, payload: Buffer): unknown;
  onUp?(version: 5 | 4): void;
  /** A connection ended (`wasUp`), or an attempt failed. */
  onDown?(failure: LinkFailure, wasUp: boolean): void;
}

export interface LinkState {
  /** The MQTT version spoken at the moment: 5, or 4 for 3.1.1; undefined while down. */
  readonly version: 5 | 4 | undefined;
  readonly connections: number;
  readonly delivered: number;
  /** Delivered, but the broker said that nobody listens. */
  readonly unheard: number;
  /** Incoming messages above the limit, dropped. */
  readonly oversize: number;
  readonly failures: Readonly<Partial<Record<LinkFaultCode, number>>>;
}

export interface Link {
  /** QoS 1. Waits for a place in the window, then for the PUBACK; settles when the connection or `signal` ends before. */
  send(topic: string, payload: Buffer, options?: SendOptions, signal?: AbortSignal): Promise<SendResult>;
  /** Adds a listener for this and every later connection; the returned call takes it away. */
  listen(listener: LinkListener): () => void;
  state(): LinkState;
  /** Ends the connection in order, within a second. The will is not sent. */
  close(): Promise<void>;
}

/** A connection that the broker accepted. */
interface Live {
  readonly client: MqttClient;
  readonly version: 5 | 4;
  readonly window: Window;
  readonly largest: number;
  readonly underWay: Set<(result: SendResult) => void>;
  /** Message ids answered with "nobody listens". */
  readonly unheard: Set<number>;
  end(failure: LinkFailure): void;
}

/** Connects and stays connected until closed. Throws Fault E_LINK_SETTING; every other failure is reported, then tried again. */
export function openLink(settings: LinkSettings, random: () => number = Math.random): Link {
  addressOf(settings);
  const { pauses } = { ...linkDefaults, ...settings };
  const closing = new AbortController();
  const listeners = new Set<LinkListener>();
  const failures: Partial<Record<LinkFaultCode, number>> = {};
  const counts = { connections: 0, delivered: 0, unheard: 0, oversize: 0 };
  let live: Live | undefined;

  const attach = (connection: Live, listener: LinkListener): void => {
    const ready = (): void => {
      if (live === connection && listeners.has(listener)) listener.onUp?.(connection.version);
    };
    if (listener.topics.length === 0) ready();
    else
      connection.client.subscribe([...listener.topics], { qos: 1 }, (error, granted) => {
        const refused = granted?.find(({ qos }) => qos >= 0x80)?.qos ?? (error as { code?: unknown } | null)?.code;
        if (typeof refused === "number") connection.end(refusal(refused, `subscribe to ${listener.topics.join(", ")}`));
        else if (error === null) ready();
      });
  };
  const events: Events = {
    up: (connection) => {
      live = connection;
      counts.connections += 1;
      for (const listener of [...listeners]) attach(connection, listener);
    },
    message: async (topic, payload) => {
      if (payload.length > (settings.largestIncoming ?? linkDefaults.largestIncoming)) counts.oversize += 1;
      else
        for (const listener of [...listeners])
          if (listener.topics.some((filter) => topicMatches(filter, topic))) await listener.onMessage?.(topic, payload);
    },
  };

  const keepConnected = async (): Promise<void> => {
    let inARow = 0;
    let version: 5 | 4 = 5;
    while (!closing.signal.aborted) {
      const begun = performance.now();
      const ending = await connectOnce(settings, version, events, closing.signal);
      const wasUp = live !== undefined;
      live = undefined;
      if (closing.signal.aborted) return;
      if (version === 5 && !wasUp && speaksOlder(ending.reason)) {
        version = 4;
        continue;
      }
      // The broker may have been renewed meanwhile: 5 is tried first each time.
      version = 5;
      failures[ending.code] = (failures[ending.code] ?? 0) + 1;
      for (const listener of [...listeners]) listener.onDown?.(ending, wasUp);
      inARow = wasUp && performance.now() - begun >= goodConnection ? 0 : inARow + 1;
      await pause(pauseBefore(inARow, pauses, random()), closing.signal);
    }
  };
  const kept = keepConnected();

  return {
    send: async (topic, payload, options = {}, signal) => {
      const connection = live;
      if (!connection) return failed("E_LINK_DOWN", "no connection");
      if (topic.length + payload.length + HEADER > connection.largest)
        return failed("E_LINK_LARGE", `${payload.length} bytes, the broker takes ${connection.largest}`);
      if (!(await connection.window.enter(signal)))
        return signal?.aborted ? failed("E_LINK_ABORTED", "given up") : failed("E_LINK_DOWN", "the connection ended");
      const result = await publish(connection, topic, payload, options, settings.ackWithin ?? linkDefaults.ackWithin);
      connection.window.leave();
      if (!result.delivered) failures[result.failure.code] = (failures[result.failure.code] ?? 0) + 1;
      else counts.delivered += 1;
      if (result.delivered && !result.heard) counts.unheard += 1;
      return result;
    },
    listen: (listener) => {
      listeners.add(listener);
      if (live) attach(live, listener);
      return () => listeners.delete(listener);
    },
    state: () => ({ ...counts, version: live?.version, failures: { ...failures } }),
    close: async () => {
      closing.abort();
      await kept;
    },
  };
}

interface Events {
  up(live: Live): void;
  message(topic: string, payload: Buffer): Promise<void>;
}

/** One attempt with a client of its own, and the connection it leads to; resolves when that is over. Never rejects. */
function connectOnce(
  settings: LinkSettings,
  version: 5 | 4,
  events: Events,
  closing: AbortSignal,
): Promise<LinkFailure> {
  const secrets = readSecrets(settings);
  if (!secrets.ok) return Promise.resolve(secrets.problem);
  return new Promise((resolve) => {
    let live: Live | undefined;
    let reason: LinkFailure | undefined;
    let finished = false;
    let client: MqttClient;
    try {
      client = connect(clientOptions(settings, secrets.value, version));
    } catch (error) {
      // Broken or contradictory PEM files: Node refuses them before a byte is sent.
      return resolve({ code: "E_LINK_TLS", detail: error instanceof Error ? error.message : String(error) });
    }
    const over = (failure: LinkFailure): void => {
      clearTimeout(deadline);
      closing.removeEventListener("abort", leave);
      live?.window.close();
      for (const settle of [...(live?.underWay ?? [])]) settle(failed("E_LINK_LOST", failure.detail));
      finished = true;
      resolve(failure);
    };
    const end = (failure: LinkFailure): void => {
      reason ??= failure;
      client.end(true);
      over(reason);
    };
    const within = settings.connectWithin ?? linkDefaults.connectWithin;
    const deadline = setTimeout(
      () => end({ code: "E_LINK_UNREACHABLE", detail: `no answer to CONNECT within ${within} ms` }),
      within,
    );
    const leave = (): void => {
      // Without a message under way the client sends its DISCONNECT at once; a dead peer is not waited for.
      for (const settle of [...(live?.underWay ?? [])]) settle(failed("E_LINK_LOST", "closing"));
      for (const id of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(id));
      client.end(!client.connected);
      setTimeout(() => {
        client.stream.destroy();
        over({ code: "E_LINK_ABORTED", detail: "closed" });
      }, 1000).unref();
    };

    client.on("connect", (connack) => {
      clearTimeout(deadline);
      if (connack.properties?.maximumQoS === 0) return end(refusal(0x9b, "QoS 1"));
      live = accepted(client, version, settings, connack, end);
      events.up(live);
    });
    // The client holds back the acknowledgement, and all that follows, until this calls back.
    client.handleMessage = ({ topic, payload }, done) => {
      if (finished) done();
      else void events.message(topic, payload as Buffer).then(() => done());
    };
    client.on("packetreceive", (packet) => {
      // The client takes 0x10 for success and does not tell; it is read here, before the acknowledgement is handled.
      if (packet.cmd === "puback" && packet.reasonCode === 0x10) live?.unheard.add(packet.messageId ?? 0);
      if (packet.cmd === "disconnect") reason ??= connectionFailure(packet.reasonCode, "DISCONNECT");
    });
    client.on("error", (error: Error & { code?: unknown }) => end(connectionFailure(error.code, error.message)));
    client.on("close", () => over(reason ?? { code: "E_LINK_UNREACHABLE", detail: "the connection ended" }));
    closing.addEventListener("abort", leave, { once: true });
    if (closing.aborted) leave();
  });
}

function clientOptions(settings: LinkSettings, secrets: Secrets, version: 5 | 4): IClientOptions {
  const set = { ...linkDefaults, ...settings };
  const properties = {
    sessionExpiryInterval: Math.round(set.session / 1000),
    receiveMaximum: 16,
    maximumPacketSize: set.largestIncoming,
  };
  return {
    ...addressOf(settings),
    ...secrets,
    ...(settings.tls ? { minVersion: "TLSv1.3", rejectUnauthorized: true } : {}),
    clientId: settings.clientId,
    clean: set.session === 0,
    protocolVersion: version,
    keepalive: Math.round(set.keepalive / 1000),
    // Its own reconnecting is without jitter and keeps a store; ours makes a new client each time.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // Ours is the deadline; this one only must not come first.
    connectTimeout: set.connectWithin + 1000,
    ...(settings.will ? { will: { ...settings.will, qos: 1, retain: true } } : {}),
    ...(version === 5 ? { properties } : {}),
  };
}

function accepted(
  client: MqttClient,
  version: 5 | 4,
  settings: LinkSettings,
  { properties }: IConnackPacket,
  end: (failure: LinkFailure) => void,
): Live {
  const size = Math.min(settings.window ?? linkDefaults.window, properties?.receiveMaximum ?? 65_535);
  // 268,435,455 is the largest remaining length there is (MQTT 5, 1.5.5).
  const largest = properties?.maximumPacketSize ?? 268_435_455;
  return { client, version, window: openWindow(size), largest, underWay: new Set(), unheard: new Set(), end };
}

function publish(
  { client, version, underWay, unheard, end }: Live,
  topic: string,
  payload: Buffer,
  options: SendOptions,
  within: number,
): Promise<SendResult> {
  return new Promise((resolve) => {
    const settle = (result: SendResult): void => {
      clearTimeout(deadline);
      if (underWay.delete(settle)) resolve(result);
    };
    underWay.add(settle);
    // A broker that keeps a message unanswered would also keep its place in the window: the connection is not worth it.
    const deadline = setTimeout(() => {
      settle(failed("E_LINK_TIMEOUT", `no PUBACK within ${within} ms`));
      client.removeOutgoingMessage(id);
      end({ code: "E_LINK_TIMEOUT", detail: `no PUBACK within ${within} ms` });
    }, within);
    const packet = { qos: 1, retain: options.retain ?? false, ...(version === 5 ? hints(options) : {}) } as const;
    client.publish(topic, payload, packet, (error) => {
      const code = (error as { code?: unknown } | null | undefined)?.code;
      if (!error) settle({ delivered: true, heard: !unheard.delete(id) });
      else if (typeof code === "number") settle({ delivered: false, failure: refusal(code, `publish on ${topic}`) });
      else settle(failed("E_LINK_LOST", error.message));
    });
    const id = client.getLastMessageId();
  });
}
