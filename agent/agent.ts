import { setMaxListeners } from "node:events";
import { join } from "node:path";
import type { Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import { aborted } from "../drivers/line/pause.ts";
import type { ClockTuple } from "../feed/format/body.ts";
import { isoTime } from "../feed/format/entry.ts";
import { type Millis, millis, seconds } from "../feed/format/vocabulary.ts";
import { bootId } from "./boot.ts";
import { type CertifyingParts, keepCertificates } from "./certify/certifying.ts";
import { tellingSteps } from "./clock/steps.ts";
import { type AskChrony, askChrony, watchClock } from "./clock/watch.ts";
import { type Collecting, collectFrom } from "./collecting.ts";
import { documentsPath, spoolPath } from "./deposit/paths.ts";
import { takeDeposits } from "./deposit/taking.ts";
import { startDeriving } from "./deriving.ts";
import { type Attached, openDevices, readsOf } from "./devices.ts";
import { downtime, lastBoot, newest } from "./downtime.ts";
import { deliver, endOf } from "./ended.ts";
import { enteredFolder, takeEntered } from "./entering.ts";
import { type HeldLines, holdLines } from "./holding.ts";
import { openJournal } from "./keep/open.ts";
import type { OpenJournal } from "./keep/open-journal.ts";
import { expectJournal } from "./keep/reader.ts";
import { loadLogKey, sealerIn } from "./log-key.ts";
import type { Logger } from "./logger.ts";
import { bootBody, configBody, configEntries, lastPushed, lastSettings } from "./opening.ts";
import { recheckDaily } from "./rechecking.ts";
import { type Keeper, startKeeping } from "./sealing.ts";
import { recoverTail } from "./send/recover.ts";
import { openSending } from "./sending.ts";
import { openService, type Service } from "./service.ts";
import { watchSpool } from "./spool.ts";
import { newTally, type Tally } from "./tally.ts";
import { type Supervision, startWatchdog } from "./watchdog.ts";

/** How long the service may take to say what it holds before the agent goes on without it. */
const answerWithin = seconds(10);
/** How long the last entries may take to reach the mirror when the agent stops. */
const drainWithin = seconds(20);

export interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
  /** How the state of the clock is learned; left out: from chrony, if it runs here. */
  readonly askChrony?: AskChrony;
  /** Who wants to hear that it goes on; left out: nobody. */
  readonly supervision?: Supervision | undefined;
}

/** The whole agent, until `signal` aborts. Rejects with the Fault that stopped it; what was kept stays kept. */
export async function runAgent(site: Site, around: Surroundings, signal: AbortSignal): Promise<Tally> {
  expectJournal(journalPath(site)); // where both are gone, the journal is what has to be restored
  loadLogKey(site); // a key that is gone is said before the journal is held
  const journal = openJournal(journalPath(site), { quotaBytes: site.quota });
  let service: Service | undefined;
  let lines: HeldLines | undefined;
  try {
    const sign = sealerIn(site, journal);
    const held = { program: "cems-agent run", config: site.file, devicesOn: devicesOn(site), signal };
    lines = await holdLines(site.lines, held).catch((error: unknown) => {
      if (signal.aborted) return undefined; // who is asked to end no longer needs the lines
      throw error;
    });
    if (lines === undefined) return stopped(around.log, journal, newTally());
    service = site.feed && openService(site, site.feed, around.log);
    if (service) await recover(site, journal, service, around, signal);
    if (endOf(journal)) {
      sign();
      await deliver(site, journal, service, around, signal);
    }
    if (signal.aborted || endOf(journal)) return stopped(around.log, journal, newTally());
    return await operate(site, journal, sign, service, lines, around, signal);
  } finally {
    await service?.link.close();
    await lines?.release();
    journal.close(); // last: everyone above writes to it
  }
}

const devicesOn =
  ({ devices }: Site) =>
  ({ id }: { readonly id: string }): readonly string[] =>
    devices.filter(({ line }) => line === id).map((device) => device.id);

export const journalPath = (site: Site): string => join(site.state, "journal");

async function recover(
  { gateway }: Site,
  journal: OpenJournal,
  { link, policy }: Service,
  { clock, log }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { answered, recovered } = await recoverTail({ shelf: journal, link, policy, gateway }, answerWithin, signal);
  if (!answered && !signal.aborted)
    log.info("the service did not answer; the question is asked again at each connection");
  if (recovered === 0) return;
  log.warn({ code: "TAIL_RECOVERED", entries: recovered }, "entries were lost here and came back from the mirror");
  if (endOf(journal)) return;
  const t = isoTime(clock.now().wall);
  journal.append({ type: "event", t, code: "TAIL_RECOVERED", detail: `${recovered} entries` });
}

async function operate(
  site: Site,
  journal: OpenJournal,
  sign: () => unknown,
  service: Service | undefined,
  lines: HeldLines,
  { clock, log, askChrony: ask = askChrony, supervision }: Surroundings,
  signal: AbortSignal,
): Promise<Tally> {
  const tally = newTally();
  const faults: unknown[] = [];
  const collecting = new AbortController();
  setMaxListeners(0, collecting.signal); // each device that waits listens, and leaves when its wait is over
  const fail = (fault: unknown): void => {
    faults.push(fault);
    collecting.abort();
  };
  signal.addEventListener("abort", () => collecting.abort(), { once: true });

  const rule = { within: site.seal.every, entries: site.seal.entries };
  const keeping = new AbortController();
  let wake = (): void => {};
  const sealing = {
    append: journal.append,
    seal: () => {
      sign();
      wake();
    },
  };
  const keeper = tellingSteps(startKeeping(sealing, rule, clock, keeping.signal), clock, log);
  keeper.running.catch(fail);
  const boot = bootId();
  const time = watchClock(clock, ask, collecting.signal);
  await time.ready;
  const devices = openDevices(site, clock, log, lines);
  const configs = open(site, journal, keeper, devices.attached, { boot, clk: time.state() }, clock.now().wall);
  const sending =
    service && openSending({ site, service, journal, embedding: { keeper, boot }, clock, log, onFault: fail });
  if (sending) wake = sending.wake;
  sealing.seal();

  const configOf: Collecting["configOf"] = (...parts) => configBody(site, ...parts);
  const watchdog = supervision && startWatchdog(site.devices, supervision, clock, log, collecting.signal);
  const kept = watchdog?.kept ?? (() => {});
  const with_ = { keeper, tally, clock, log, boot, clk: time.state, configOf, kept };
  const pollers = devices.attached.map((one) => {
    const { id } = one.device;
    const known = { config: configs.get(id) ?? 0, reads: readsOf(one.by), settings: lastSettings(journal, id) };
    const pushed = "source" in one.by ? { pushed: lastPushed(journal, id) } : {};
    return collectFrom(one, { ...known, ...pushed }, with_, collecting.signal);
  });
  const rechecking = recheckDaily({ journal, keeper, clock, log }, site.seal.recheck, collecting.signal);
  const deriving = site.derived
    ? [
        startDeriving(site, site.derived, { journal, keeper, clock }, collecting.signal),
        takeEntered(
          { folder: enteredFolder(site), derived: site.derived, journal, keeper, clock, log },
          collecting.signal,
        ),
      ]
    : [];
  const documents = documentsPath(site);
  const deposits = takeDeposits({ journal, keeper, documents, now: () => clock.now().wall });
  const refused = (why: string): void =>
    log.warn({ code: "E_DEPOSIT_REFUSED", detail: why }, "not taken from the spool");
  const spool = watchSpool(spoolPath(site), deposits, refused, collecting.signal);
  const certifying = keepCertificates(
    certifyingParts(site, service, { journal, keeper, clock, log }),
    collecting.signal,
  );
  const works = [...pollers, rechecking, certifying, ...deriving, spool, time.running, watchdog?.running].map((work) =>
    work?.catch(fail),
  );
  await devices.open();
  log.info({ origin: site.origin, devices: devices.attached.length, entries: journal.head().size }, "collecting");
  await Promise.all(works);
  if (!collecting.signal.aborted) await aborted(collecting.signal);

  keeping.abort();
  await keeper.running.catch(() => {});
  if (faults.length === 0) {
    keeper.keep({ type: "event", t: isoTime(clock.now().wall), code: "AGENT_STOP", detail: "asked to stop" });
    keeper.sealNow();
  }
  await devices.close();
  await sending?.stop(faults.length === 0 ? drainWithin : millis(0));
  if (faults.length > 0) throw faults[0];
  return stopped(log, journal, tally, sending?.counts());
}

function certifyingParts(
  { state, gateway }: Site,
  service: Service | undefined,
  { log, ...parts }: Pick<CertifyingParts, "journal" | "keeper" | "clock"> & Pick<Surroundings, "log">,
): CertifyingParts {
  const control = service?.policy.control;
  return {
    ...parts,
    folder: join(state, "certificates"),
    ...(service && control && { service: { link: service.link, gateway, control } }),
    told: {
      logged: (cert) => log.info({ cert }, "certificate logged"),
      receipted: (cert) => log.info({ cert }, "certificate countersigned"),
      refused: (file, { code, detail }) => log.warn({ code, file, detail }, "certificate refused"),
    },
  };
}

/** The last line of every run that ends in order, also of one that was told to before its first reading. */
function stopped(log: Logger, journal: OpenJournal, tally: Tally, sent?: { readonly published: number }): Tally {
  const mirrored = journal.mirrored();
  const counts = { entries: journal.head().size, witnessed: journal.witnessed(), mirrored, published: mirrored };
  log.info({ readings: tally, ...counts, ...sent }, "stopped");
  return tally;
}

/** Boot and configuration come before the first reading. Returns the entry number of each device's configuration. */
function open(
  site: Site,
  journal: OpenJournal,
  keeper: Keeper,
  attached: readonly Attached[],
  { boot, clk }: { readonly boot: string; readonly clk: ClockTuple },
  wall: Millis,
): ReadonlyMap<string, number> {
  const size = journal.witnessed();
  const witnessed = size > 0 ? { size, root: journal.rootAt(size) } : undefined;
  const gap = downtime(newest(journal), boot, lastBoot(journal), wall);
  keeper.keep(bootBody(boot, clk, journal.head(), witnessed, wall), ...(gap ? [gap] : []));
  return configEntries(site, attached, journal, keeper, wall);
}
