import { AskedDriver, type Planned } from "../asked.ts";
import type { Clock } from "../clock.ts";
import type { Bus, Driver } from "../driver.ts";
import { type Ask, FramedDialect } from "../line/framed.ts";
import { lateMs, openLine } from "../line/open-line.ts";
import type { DconLine, LineOptions } from "../line/settings.ts";
import { timingOf } from "../line/timing.ts";
import type { DconProfile } from "../profile.ts";
import { decodeText, decodeValue } from "./decode.ts";
import { DconFraming } from "./framing.ts";
import { planReads } from "./plan.ts";
import { encodeCommand, type ModuleRequest, refusal, replyBytes } from "./request.ts";

export type ModuleBus = Bus<Ask<number, ModuleRequest>>;

/** A line of analog modules that speak DCON. */
export function openModuleLine(line: DconLine, clock: Clock, options: LineOptions = {}): ModuleBus {
  const timing = timingOf(line, options.marginMs);
  const framing = new DconFraming(options.lateMs ?? lateMs, line.checksum, options.without?.includes("matching"));
  const encode = (unit: number, request: ModuleRequest): Buffer => encodeCommand(unit, request, line.checksum);
  const probe = (_: ModuleRequest, unit: number, now: number): ModuleRequest => framing.probe(unit, now);
  const dialect = new FramedDialect(framing, { refusal, encode, replyBytes, probe }, timing);
  return openLine(line, dialect, { timing, silences: true, quarantines: true }, clock, options);
}

type AnyPoint = DconProfile["points"][number] | DconProfile["status"][number] | DconProfile["settings"][number];

/** The plan of one poll: one question for all channels, or one each; then the settings. */
export function modulePlan(unit: number, profile: DconProfile): readonly Planned<Ask<number, ModuleRequest>>[] {
  const part = (points: readonly AnyPoint[]) =>
    planReads(points, profile).map(
      ({ request, points: inside }): Planned<Ask<number, ModuleRequest>> => ({
        question: { unit, request },
        read: encodeCommand(unit, request, false).toString("latin1").trim(),
        weight: replyBytes(request),
        points: inside.map(({ point, index }) => ({
          id: point.id,
          form: point.type,
          decode: (reply) => {
            const line = reply.toString("latin1");
            return "form" in request ? decodeValue(request.form, line, index) : decodeText(line);
          },
        })),
      }),
    );
  return [
    ...part([...profile.points, ...profile.status]),
    ...part(profile.settings).map((read) => ({ ...read, settings: true })),
  ];
}

export const moduleDriver = (bus: ModuleBus, unit: number, profile: DconProfile, clock: Clock): Driver =>
  new AskedDriver(bus, modulePlan(unit, profile), profile.deviceMs, clock);
