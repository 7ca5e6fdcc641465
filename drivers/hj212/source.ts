import type { Clock } from "../clock.ts";
import type { BusFailure, Earlier, Push, Sample, Source } from "../driver.ts";
import type { Hj212Profile } from "../profile.ts";
import { Repeats } from "./repeats.ts";
import type { LoggerValue, Said } from "./samples.ts";
import type { Arrived } from "./session.ts";

type AnyPoint = Hj212Profile["points"][number] | Hj212Profile["status"][number] | Hj212Profile["settings"][number];

/** Digits a double holds exactly; the shortest spelling of the double is then the value as it was sent. */
const exactDigits = 15;

/**
 * What one logger pushes, as polls: each message the values of its command (CN), with the logger's own time and flags beside. States
 * come rarely, in messages of their own (3020), and hold until others come. A message sent again is acknowledged again and not told
 * twice.
 */
export class LoggerSource implements Source {
  readonly reads: readonly string[];
  private readonly profile: Hj212Profile;
  private readonly clock: Clock;
  private readonly states = new Map<string, Sample>();
  private readonly repeats = new Repeats();
  private sink: ((push: Push) => void) | undefined;

  constructor(mn: string, profile: Hj212Profile, clock: Clock) {
    this.reads = [`pushed by ${mn}`];
    this.profile = profile;
    this.clock = clock;
  }

  recall({ states, frames }: Earlier): void {
    for (const { id } of this.profile.status) {
      const said = states.get(id);
      if (said !== undefined) this.states.set(id, recalled(id, said));
    }
    for (const frame of frames) this.repeats.remember(frame);
  }

  start(sink: (push: Push) => void): void {
    this.sink = sink;
  }

  /** The points of the fastest command: those that are missing when nothing comes. */
  get expected(): readonly string[] {
    const { points } = this.profile;
    const fast = points.filter(({ at }) => at.startsWith("2011:"));
    return (fast.length > 0 ? fast : points).map(({ id }) => id);
  }

  take({ frame, message, said }: Arrived, acknowledge: () => void): void {
    if (this.sink === undefined) return;
    const again = this.repeats.has(frame);
    const push = said === undefined || again ? undefined : this.pushOf(frame, message.cn, said, acknowledge);
    this.repeats.remember(frame);
    if (push === undefined) acknowledge();
    else this.sink(push);
  }

  private pushOf(frame: Buffer, cn: string, said: Said, acknowledge: () => void): Push | undefined {
    const { points, status, settings } = this.profile;
    const samples = [...points, ...settings].flatMap((point) => sampleOf(point, cn, said));
    const told = status.flatMap((state) => stateOf(state, cn, said));
    for (const state of told) this.states.set(state.point, state);
    // A state alone is kept too: the flags of values to come are made of it.
    if (samples.length + told.length === 0) return undefined;
    const at = this.clock.now();
    return {
      reads: this.reads,
      exchanges: [{ reply: masked(frame), sent: at, received: at }],
      samples: [...samples, ...status.map(({ id }) => this.states.get(id) ?? nothingSaid(id))],
      ...("at" in said.time ? { time: said.time.at } : {}),
      acknowledge,
    };
  }
}

/** A state as it was kept; what was no number then could not be read, and says so again. */
function recalled(point: string, said: string): Sample {
  const raw = said.trim() === "" ? Number.NaN : Number(said);
  if (Number.isFinite(raw)) return { point, raw };
  return { point, failure: { code: "E_BUS_REPLY", detail: `${point} could not be read when it was told of last` } };
}

/** A state that was never told of means nothing. */
const nothingSaid = (point: string): Sample => ({ point, raw: Number.NaN });

/** A state told of without a factor (PolId) is the logger's as a whole: it concerns every factor that the message says nothing else of. */
function stateOf(state: Hj212Profile["status"][number], cn: string, said: Said): readonly Sample[] {
  const own = sampleOf(state, cn, said);
  return own.length > 0 ? own : sampleOf({ ...state, at: state.at.replace(/:.*\//, ":") }, cn, said);
}

function sampleOf({ id, at, type }: Pick<AnyPoint, "id" | "at" | "type">, cn: string, said: Said): readonly Sample[] {
  const [command, field = ""] = at.split(":");
  const value = command === cn ? said.values.get(field) : undefined;
  if (value === undefined) return [];
  const own = value.flag === undefined ? {} : { own: value.flag };
  const raw = rawOf(value, type);
  return typeof raw === "object" ? [{ point: id, failure: raw, ...own }] : [{ point: id, raw, ...own }];
}

function rawOf(value: LoggerValue, type: string): number | string | BusFailure {
  if ("missing" in value) return { code: "E_BUS_REPLY", detail: value.missing };
  if (type === "text") return "text" in value ? value.text : value.value;
  if ("text" in value) return { code: "E_BUS_REPLY", detail: "a text where a number should be" };
  if (value.value.replace(/\D/g, "").length > exactDigits)
    return { code: "E_BUS_REPLY", detail: `${value.value} has more than ${exactDigits} digits` };
  return Number(value.value);
}

/** The frame as it is kept: the password (PW) is blotted out, which its check does not survive. */
export function masked(frame: Buffer): Buffer {
  const kept = Buffer.from(frame);
  const begin = kept.indexOf(";PW=");
  const end = begin < 0 ? -1 : kept.indexOf(";", begin + 4);
  if (end > 0) kept.fill("*", begin + 4, end);
  return kept;
}
