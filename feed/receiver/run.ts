import { Fault } from "../format/faults.ts";
import { topics } from "../format/topics.ts";
import { millis, seconds } from "../format/vocabulary.ts";
import { linkNews, sendNews } from "../link/news.ts";
import type { LinkSettings } from "../link/settings.ts";
import { type Link, openLink } from "../link.ts";
import { receiveCertificates } from "./certificates.ts";
import { secretOf } from "./draw.ts";
import type { Gateway } from "./gateway.ts";
import { makeJudging } from "./judging.ts";
import { loadKeys } from "./keys.ts";
import type { Ledger } from "./ledger.ts";
import { createLogger, type Logger } from "./logger.ts";
import { openReceiver, type Receiver } from "./receive.ts";
import { startRecomputing } from "./recomputing.ts";
import { gatewaysOf, type RegisterSource, useRegister, watchRegister } from "./registry/use.ts";
import { certificatesFolder, type ReceiverSettings } from "./settings.ts";
import { holdLedger, openLedger } from "./sqlite-ledger.ts";
import type { ServiceKeys } from "./witness.ts";

/** What the plants send, of all of them; the broker says to whom each gateway may speak. */
const heard = (["cp", "live", "fill", "cert", "status"] as const).map((lane) => topics("+")[lane]);
/** Answers under way at once; behind that, receiving waits for the broker. */
const AT_ONCE = 256;

/** Receives until `signal` aborts. Rejects with the Fault that stopped it: a ledger that fails acknowledges nothing. */
export async function runReceiver(
  settings: ReceiverSettings,
  signal: AbortSignal,
  log: Logger = createLogger(settings.logLevel),
): Promise<void> {
  const keys = loadKeys(settings.keys, settings.name);
  // Two with the same settings have one client id: the broker would throw them out in turn, for ever.
  const held = holdLedger(settings.ledger);
  try {
    await receive(settings, keys, signal, log);
  } finally {
    held.close();
  }
}

async function receive(settings: ReceiverSettings, keys: ServiceKeys, signal: AbortSignal, log: Logger): Promise<void> {
  const ledger = openLedger(settings.ledger);
  const gateways = await gatewaysAtStart(settings, ledger, log);
  const link = openLink({ session: seconds(86_400), ...settings.broker } satisfies LinkSettings);
  let stop = (_fault?: unknown): void => {};
  const stopped = new Promise<void>((resolve, reject) => {
    stop = (fault) => (fault === undefined ? resolve() : reject(fault));
  });
  const recomputing = startRecomputing({
    ledger,
    ...settings.recompute,
    gateways,
    secret: secretOf(keys),
    now: () => millis(Date.now()),
    differs: (gateway, { code, detail }) => log.warn({ gateway, code, detail }, "recomputed"),
    failed: stop,
  });
  const certificates = receiveCertificates({
    ledger,
    folder: certificatesFolder(settings),
    control: keys.control,
    send: sender(link, log),
    now: Date.now,
    told: {
      countersigned: (gateway, cert) => log.info({ gateway, cert }, "certificate countersigned"),
      refused: (gateway, { code, detail }) => log.warn({ gateway, code, detail }, "certificate refused"),
    },
    failed: stop,
  });
  const receiver = openReceiver({
    ledger,
    keys,
    gateways,
    now: () => millis(Date.now()),
    send: sender(link, log),
    judging: makeJudging({ ledger, witnesses: [keys.witness.vkey, keys.mirror.vkey] }),
    remarked: (gateway, { code, detail }) => log.warn({ gateway, code, detail }, "remarked"),
    refused: (gateway, { code, detail }) => log.warn({ gateway, code, detail }, "refused"),
    mirrored: recomputing.mirrored,
    certificate: certificates.take,
  });
  signal.addEventListener("abort", () => stop(), { once: true });
  const watching = settings.register && keepUp(settings.register, ledger, receiver, log);
  const news = linkNews();
  link.listen({
    topics: heard,
    // After a fault nothing more is taken: the first one stops the program.
    onMessage: (topic, payload) => receiver.receive(topic, payload).catch(stop),
    onUp: (version) => {
      news.up();
      log.info({ broker: settings.broker.url, mqtt: version === 5 ? "5" : "3.1.1" }, "receiving");
    },
    onDown: (failure) => {
      const { level, said } = news.failed(failure);
      log[level](said, "link down");
    },
  });
  try {
    if (!signal.aborted) await stopped;
  } finally {
    watching?.close();
    await link.close();
    await recomputing.stop();
    await certificates.stop();
    await ledger.close();
  }
}

/** The registered gateways. Throws Fault E_REGISTER where the register cannot be used; the ledger is closed then. */
async function gatewaysAtStart(
  { register: source, gateways }: ReceiverSettings,
  ledger: Ledger,
  log: Logger,
): Promise<readonly Gateway[]> {
  if (source === undefined) return gateways;
  try {
    const used = await useRegister(source, ledger);
    if (!used.ok) throw new Fault("E_REGISTER", `${source.file}: ${used.problem.code} ${used.problem.detail}`);
    log.info({ serial: used.value.serial, logs: used.value.logs.length }, "register");
    return gatewaysOf(used.value);
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/** Takes up each register that comes after the one in use; one that cannot be used is told of and changes nothing. */
function keepUp(source: RegisterSource, ledger: Ledger, receiver: Receiver, log: Logger): { close(): void } {
  const takeUp = async (): Promise<void> => {
    try {
      const used = await useRegister(source, ledger);
      if (!used.ok) return log.error({ ...used.problem, file: source.file }, "the register is not taken up");
      receiver.register(gatewaysOf(used.value));
      log.info({ serial: used.value.serial, logs: used.value.logs.length }, "register");
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      log.error({ code: error instanceof Fault ? error.code : "E_REGISTER", detail }, "the register is not taken up");
    }
  };
  return watchRegister(source.file, () => void takeUp());
}

function sender(link: Link, log: Logger): (topic: string, payload: Buffer) => Promise<void> {
  const news = sendNews();
  const underWay = new Set<Promise<unknown>>();
  return async (topic, payload) => {
    // A receipt is worth keeping for a gateway that is away for a day; a request to send again is not.
    const expirySeconds = topic.endsWith("/ack") ? 86_400 : 3600;
    const sent = link.send(topic, payload, { expirySeconds }).then((result) => {
      underWay.delete(sent);
      const told = news(topic, result);
      if (told) log[told.level](told.said, told.text);
    });
    underWay.add(sent);
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
  };
}
