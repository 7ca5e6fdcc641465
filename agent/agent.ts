import { setMaxListeners } from "node:events";
import { join } from "node:path";
import type { Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import { aborted } from "../drivers/line/pause.ts";
import { isoTime } from "../feed/format/entry.ts";
import type { Signer } from "../feed/format/note.ts";
import { twinOrigin } from "../feed/format/sm/tree.ts";
import { type Millis, millis, seconds } from "../feed/format/vocabulary.ts";
import { bootId } from "./boot.ts";
import { type Collecting, collectFrom } from "./collecting.ts";
import { startDeriving } from "./deriving.ts";
import { type Attached, openDevices, readsOf } from "./devices.ts";
import { type HeldLines, holdLines } from "./holding.ts";
import { loadTwinSigner } from "./keep/keys.ts";
import { openJournal } from "./keep/open.ts";
import type { OpenJournal } from "./keep/open-journal.ts";
import { expectJournal } from "./keep/reader.ts";
import { expectKeyOf, seal } from "./keep/seal.ts";
import { expectTwinKeyOf, sealTwin } from "./keep/twin.ts";
import { loadLogKey } from "./log-key.ts";
import type { Logger } from "./logger.ts";
import { bootBody, configBody, configEntries, lastPushed, lastSettings } from "./opening.ts";
import { recheckDaily } from "./rechecking.ts";
import { type Keeper, startKeeping } from "./sealing.ts";
import { recoverTail } from "./send/recover.ts";
import { openSending } from "./sending.ts";
import { openService, type Service } from "./service.ts";
import { newTally, type Tally } from "./tally.ts";

/** How long the service may take to say what it holds before the agent goes on without it. */
const answerWithin = seconds(10);
/** How long the last entries may take to reach the mirror when the agent stops. */
const drainWithin = seconds(20);

export interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
}

/** The whole agent, until `signal` aborts. Rejects with the Fault that stopped it; what was kept stays kept. */
export async function runAgent(site: Site, around: Surroundings, signal: AbortSignal): Promise<Tally> {
  expectJournal(journalPath(site)); // where both are gone, the journal is what has to be restored
  const signer = loadLogKey(site);
  const journal = openJournal(journalPath(site), { quotaBytes: site.quota });
  let service: Service | undefined;
  let lines: HeldLines | undefined;
  try {
    expectKeyOf(journal, signer); // before anything is written: an entry that can never be signed helps nobody
    const twin = journal.twins && loadTwinSigner(twinKeyPath(site), twinOrigin(site.origin));
    if (twin) expectTwinKeyOf(journal, twin);
    lines = await holdLines(site.lines, { program: "cems-agent run", config: site.file, devicesOn: devicesOn(site) });
    service = site.feed && openService(site, site.feed, around.log);
    if (service) await recover(site, journal, service, around, signal);
    if (signal.aborted) return stopped(around.log, journal, newTally());
    return await operate(site, journal, () => sealBoth(journal, signer, twin), service, lines, around, signal);
  } finally {
    await service?.link.close();
    await lines?.release();
    journal.close(); // last: everyone above writes to it
  }
}

/** The twin second: its checkpoint is of a tree that the log itself has signed. */
function sealBoth(journal: OpenJournal, signer: Signer, twin: Signer | undefined): void {
  seal(journal, signer);
  if (twin !== undefined) sealTwin(journal, twin);
}

const devicesOn =
  ({ devices }: Site) =>
  ({ id }: { readonly id: string }): readonly string[] =>
    devices.filter(({ line }) => line === id).map((device) => device.id);

export const twinKeyPath = (site: Site): string => join(site.state, "twin.key");
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
  const t = isoTime(clock.now().wall);
  journal.append({ type: "event", t, code: "TAIL_RECOVERED", detail: `${recovered} entries` });
}

async function operate(
  site: Site,
  journal: OpenJournal,
  sign: () => unknown,
  service: Service | undefined,
  lines: HeldLines,
  { clock, log }: Surroundings,
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
  const keeper = startKeeping(sealing, rule, clock, keeping.signal);
  keeper.running.catch(fail);
  const boot = bootId();
  const devices = openDevices(site, clock, log, lines);
  const configs = open(site, journal, keeper, devices.attached, boot, clock.now().wall);
  const sending = service && openSending({ site, service, journal, keeper, clock, log, boot, onFault: fail });
  if (sending) wake = sending.wake;
  sealing.seal();

  const configOf: Collecting["configOf"] = (...parts) => configBody(site, ...parts);
  const with_ = { keeper, tally, clock, log, boot, configOf };
  const pollers = devices.attached.map((one) => {
    const { id } = one.device;
    const known = { config: configs.get(id) ?? 0, reads: readsOf(one.by), settings: lastSettings(journal, id) };
    const pushed = "source" in one.by ? { pushed: lastPushed(journal, id) } : {};
    return collectFrom(one, { ...known, ...pushed }, with_, collecting.signal);
  });
  const rechecking = recheckDaily({ journal, keeper, clock, log }, site.seal.recheck, collecting.signal);
  const deriving = site.derived
    ? [startDeriving(site, site.derived, { journal, keeper, clock }, collecting.signal)]
    : [];
  const works = [...pollers, rechecking, ...deriving].map((work) => work.catch(fail));
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
  boot: string,
  wall: Millis,
): ReadonlyMap<string, number> {
  const size = journal.witnessed();
  const witnessed = size > 0 ? { size, root: journal.rootAt(size) } : undefined;
  keeper.keep(bootBody(boot, journal.head(), witnessed, wall));
  return configEntries(site, attached, journal, keeper, wall);
}
