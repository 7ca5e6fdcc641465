import { AskedDriver, type Planned } from "../asked.ts";
import type { Clock } from "../clock.ts";
import type { Bus, Driver } from "../driver.ts";
import { type Ask, FramedDialect } from "../line/framed.ts";
import { lateMs, openLine } from "../line/open-line.ts";
import type { Dlt645Line, LineOptions } from "../line/settings.ts";
import { timingOf } from "../line/timing.ts";
import type { Dlt645Profile } from "../profile.ts";
import { decodeMeter, type MeterLayout } from "./decode.ts";
import { MeterFraming, readReply } from "./framing.ts";
import { type MeterPlace, planReads } from "./plan.ts";
import { probeFor } from "./probe.ts";
import { type Edition, encodeRead, type MeterRequest, refusal, replyBytes } from "./request.ts";

export type MeterBus = Bus<Ask<string, MeterRequest>>;

/** A line of energy meters (DL/T 645-2007 and -1997). */
export function openMeterLine(line: Dlt645Line, clock: Clock, options: LineOptions = {}): MeterBus {
  const timing = timingOf(line, options.marginMs);
  const spelling = { refusal, encode: encodeRead, replyBytes, probe: probeFor };
  const framing = new MeterFraming(options.lateMs ?? lateMs, options.without?.includes("matching"));
  const dialect = new FramedDialect(framing, spelling, timing);
  return openLine(line, dialect, { timing, silences: true, quarantines: true }, clock, options);
}

type AnyPoint = Dlt645Profile["points"][number] | Dlt645Profile["status"][number] | Dlt645Profile["settings"][number];
interface Placed extends MeterLayout {
  readonly at: MeterPlace;
  readonly id: string;
}

const editionOf = (profile: Dlt645Profile): Edition => (profile.protocol === "dlt645-2007" ? "2007" : "1997");

const placed = (point: AnyPoint): Placed => {
  if ("length" in point) return { id: point.id, at: point.at, type: point.type, bytes: point.length };
  return { id: point.id, at: point.at, type: "uint", bytes: point.type === "bitfield16" ? 2 : 1 };
};

/** The plan of one poll: a question for each data identifier; then the settings. */
export function meterPlan(address: string, profile: Dlt645Profile): readonly Planned<Ask<string, MeterRequest>>[] {
  const part = (points: readonly AnyPoint[]) =>
    planReads(points.map(placed), editionOf(profile)).map(
      (read): Planned<Ask<string, MeterRequest>> => ({
        question: { unit: address, request: read.request },
        read: `${address}:${read.request.di}`,
        weight: replyBytes(read.request),
        points: read.points.map(({ point, offset }) => ({
          id: point.id,
          form: point.type,
          decode: (reply) => decodeMeter(point, readReply(read.request, reply).data, offset),
        })),
      }),
    );
  return [
    ...part([...profile.points, ...profile.status]),
    ...part(profile.settings).map((read) => ({ ...read, settings: true })),
  ];
}

export const meterDriver = (bus: MeterBus, address: string, profile: Dlt645Profile, clock: Clock): Driver =>
  new AskedDriver(bus, meterPlan(address, profile), profile.deviceMs, clock);
