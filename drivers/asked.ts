import { millis } from "../feed/format/vocabulary.ts";
import type { Clock } from "./clock.ts";
import { dividedAs } from "./divided.ts";
import type { Bus, BusFailure, Driver, Exchange, Poll, PollOptions, Raw, Read, Sample } from "./driver.ts";
import { afterSilence, doubtful, type Patience, patient } from "./patience.ts";

/** One question of a device's plan, and what its reply tells. */
export interface Planned<Q> {
  readonly question: Q;
  readonly read: Read;
  /** Bytes of the reply: the smallest is the cheapest to ask. */
  readonly weight: number;
  /** A setting: asked only where the poll says so. These come last in the plan. */
  readonly settings?: boolean;
  readonly points: readonly PlannedPoint[];
  /** The same points in two questions, for a device that refuses the block; none if it cannot be divided. */
  halves?(): readonly Planned<Q>[];
}

export interface PlannedPoint {
  readonly id: string;
  /** What it should be, for the message when it is not. */
  readonly form: string;
  decode(reply: Buffer): Raw | undefined;
}

/** Modbus exceptions that speak of the way to the device, not of the device (Application Protocol V1.1b3, 7). */
const gatewayExceptions = [0x0a, 0x0b];
const busyExceptions = [0x05, 0x06];
const illegalAddress = 0x02;
/** A busy device is asked again after these pauses, ms, as far as the poll has time. */
const busyPauses = [50, 100, 200];

/** Unanswered questions of one poll, with nothing good heard in it, after which the others are not asked. */
const mostUnanswered = 2;

/** Whether the device itself was heard: a refusal is an answer too, a gateway's word that it cannot reach it is none. */
export const heardDevice = ({ reply, failure }: Exchange): boolean =>
  reply !== undefined && !gatewayExceptions.includes(failure?.exception ?? 0);

/**
 * Asks one device by its plan. A question that fails takes only its own points with it; a device that is silent, or
 * answers rubbish only, is asked few questions and ever more rarely; a block that is refused for an address (exception 2) is divided once, and the plan that works is kept. Never throws for
 * what the device does.
 */
export class AskedDriver<Q> implements Driver {
  private readonly bus: Bus<Q>;
  private readonly deviceMs: number;
  private readonly clock: Clock;
  private plan: readonly Planned<Q>[];
  private patience: Patience = patient;
  /** The cheapest it answered in the last poll in which it was heard. */
  private answered: Planned<Q> | undefined;
  /** Refused as a whole and in every part: not divided again before it was answered once. */
  private readonly indivisible = new WeakSet<Planned<Q>>();
  reads: readonly Read[];

  constructor(bus: Bus<Q>, plan: readonly Planned<Q>[], deviceMs: number, clock: Clock) {
    this.bus = bus;
    this.deviceMs = deviceMs;
    this.clock = clock;
    this.plan = plan;
    this.reads = plan.map(({ read }) => read);
  }

  resume(reads: readonly Read[]): void {
    this.follow(dividedAs(this.plan, reads) ?? this.plan);
  }

  async poll(options: PollOptions = {}): Promise<Poll> {
    const now = this.clock.now().mono;
    const plan = this.planned(options);
    if (now < this.patience.until) {
      const none = this.unasked(resting(this.patience.until - now));
      return this.told(new Map(plan.map((planned) => [planned, none])));
    }
    const asked = new Map<Planned<Q>, Exchange>();
    const doubted = doubtful(this.patience) ? this.next(plan) : undefined;
    if (doubted) asked.set(doubted, await this.ask(doubted, options));
    const done = new Map<Planned<Q>, Exchange>();
    for (const planned of plan) {
      if ((await this.seemsDead(plan, asked, options)) && !asked.has(planned)) {
        done.set(planned, this.unasked(givenUp));
        continue;
      }
      const exchange = asked.get(planned) ?? (await this.ask(planned, options));
      asked.set(planned, exchange);
      if (exchange.failure === undefined) this.indivisible.delete(planned);
      const parts = refusesAddress(exchange) ? await this.divide(planned, options) : undefined;
      for (const [part, its] of parts ?? [[planned, exchange] as const]) done.set(part, its);
      if (parts) this.adopt(planned, [...parts.keys()]);
    }
    this.judge(done);
    return this.told(done);
  }

  /** The one question to a device in doubt: each in turn, the cheapest first; of a device that was heard every other time what it answered. */
  private next(plan: readonly Planned<Q>[]): Planned<Q> | undefined {
    const attempt = this.patience.unanswered - 1;
    const byWeight = plan.toSorted((a, b) => a.weight - b.weight);
    if (this.answered === undefined || !plan.includes(this.answered)) return byWeight[attempt % plan.length];
    return attempt % 2 === 0 ? this.answered : byWeight[((attempt - 1) / 2) % plan.length];
  }

  /** Whether the rest of a poll is left unasked. What it answered last is asked before that: it may answer nothing else. */
  private async seemsDead(
    plan: readonly Planned<Q>[],
    asked: Map<Planned<Q>, Exchange>,
    options: PollOptions,
  ): Promise<boolean> {
    const exchanges = [...asked.values()];
    const most = doubtful(this.patience) ? 1 : mostUnanswered;
    if (exchanges.some(heardDevice) || exchanges.filter(isUnanswered).length < most) return false;
    const { answered } = this;
    if (doubtful(this.patience) || answered === undefined || asked.has(answered) || !plan.includes(answered))
      return true;
    const exchange = await this.ask(answered, options);
    asked.set(answered, exchange);
    return isUnanswered(exchange);
  }

  private planned({ settings }: PollOptions): readonly Planned<Q>[] {
    return settings ? this.plan : this.plan.filter((planned) => !planned.settings);
  }

  private async ask({ question }: Planned<Q>, { signal, due }: PollOptions): Promise<Exchange> {
    const { deviceMs } = this;
    const options = { deviceMs, ...(signal && { signal }), ...(due !== undefined && { due }) };
    let exchange = await this.bus.transact(question, options);
    for (const pause of busyPauses) {
      const again = millis(this.clock.now().mono + pause);
      if (!busyExceptions.includes(exchange.failure?.exception ?? 0) || (due !== undefined && again > due)) break;
      await this.clock.sleepUntil(again, signal);
      if (signal?.aborted) break;
      exchange = await this.bus.transact(question, options);
    }
    return exchange;
  }

  /** The parts of a refused block, each asked; undefined if none of them is answered either, so that nothing is gained. */
  private async divide(planned: Planned<Q>, options: PollOptions): Promise<Map<Planned<Q>, Exchange> | undefined> {
    if (this.indivisible.has(planned)) return undefined;
    const parts = new Map<Planned<Q>, Exchange>();
    for (const half of planned.halves?.() ?? []) {
      const exchange = await this.ask(half, options);
      const smaller = refusesAddress(exchange) ? await this.divide(half, options) : undefined;
      for (const [part, its] of smaller ?? [[half, exchange] as const]) parts.set(part, its);
    }
    const exchanges = [...parts.values()];
    if (exchanges.some(({ failure }) => failure === undefined)) return parts;
    if (exchanges.every(refusesAddress)) this.indivisible.add(planned);
    return undefined;
  }

  private adopt(refused: Planned<Q>, parts: readonly Planned<Q>[]): void {
    this.follow(this.plan.flatMap((planned) => (planned === refused ? parts : [planned])));
  }

  private follow(plan: readonly Planned<Q>[]): void {
    this.plan = plan;
    this.reads = plan.map(({ read }) => read);
  }

  private judge(done: ReadonlyMap<Planned<Q>, Exchange>): void {
    const heard = [...done].filter(([, exchange]) => heardDevice(exchange)).map(([planned]) => planned);
    const exchanges = [...done.values()].filter(({ failure }) => failure !== givenUp);
    if (heard.length > 0) {
      this.patience = patient;
      this.answered = cheapest(heard);
    } else if (exchanges.every(isSilent)) {
      const waited = exchanges.reduce((sum, exchange) => sum + this.waited(exchange), 0);
      this.patience = afterSilence(this.patience, waited, this.clock.now().mono);
    }
  }

  /** After a spoilt reply, however soon it came, the line is kept silent for as long as after none. */
  private waited({ sent, received, failure }: Exchange): number {
    const spoilt = failure?.code === "E_BUS_CHECKSUM" || failure?.code === "E_BUS_REPLY";
    return Math.max(received.mono - sent.mono, spoilt ? this.deviceMs : 0);
  }

  private told(done: ReadonlyMap<Planned<Q>, Exchange>): Poll {
    return {
      reads: this.reads,
      exchanges: [...done.values()],
      samples: [...done].flatMap(([planned, exchange]) => planned.points.map((point) => sampleOf(point, exchange))),
    };
  }

  private unasked(failure: BusFailure): Exchange {
    const now = this.clock.now();
    return { failure, sent: now, received: now };
  }
}

const cheapest = <Q>(plan: readonly Planned<Q>[]): Planned<Q> | undefined =>
  plan.reduce<Planned<Q> | undefined>((best, next) => (best && best.weight <= next.weight ? best : next), undefined);

/** A line that is down says nothing about the device. */
const isSilent = (exchange: Exchange): boolean =>
  !heardDevice(exchange) && exchange.failure?.code !== "E_BUS_CLOSED" && exchange.failure?.code !== "E_BUS_ABORTED";
/** What was not sent cost the line nothing. */
const isUnanswered = (exchange: Exchange): boolean => isSilent(exchange) && exchange.failure?.code !== "E_BUS_REFUSED";
const refusesAddress = ({ failure }: Exchange): boolean => failure?.exception === illegalAddress;

function sampleOf({ id, form, decode }: PlannedPoint, { reply, failure }: Exchange): Sample {
  if (failure !== undefined || reply === undefined) return { point: id, failure: failure ?? noReply };
  const raw = decode(reply);
  if (raw !== undefined) return { point: id, raw };
  return { point: id, failure: { code: "E_BUS_REPLY", detail: `the reply holds no ${form}` } };
}

const noReply: BusFailure = { code: "E_BUS_TIMEOUT", detail: "no reply" };
const givenUp: BusFailure = {
  code: "E_BUS_RESTING",
  detail: "not asked: it answered nothing asked before in this poll",
};
const resting = (ms: number): BusFailure => ({
  code: "E_BUS_RESTING",
  detail: `it did not answer; asked again in ${Math.ceil(ms / 1000)} s`,
});
