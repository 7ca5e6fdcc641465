import type { Bus, BusFailure, Driver, Exchange, Poll, Sample } from "../driver.ts";
import type { Point, Profile, StatusPoint } from "../profile.ts";
import { decodePoint } from "./decode.ts";
import { planReads } from "./plan.ts";

type AnyPoint = Point | StatusPoint;

export interface DriverOptions {
  /** Ids of the value points to read; all of the profile if left out. States that concern none of them are not read. */
  readonly points?: readonly string[];
}

/**
 * Asks one device by its profile: values and the states that qualify them, planned once, read in the same poll. A request that fails takes
 * only its own points with it. Never throws for what the device does.
 */
export function modbusDriver(bus: Bus, unit: number, profile: Profile, options: DriverOptions = {}): Driver {
  const reads = planReads(chosen(profile, options.points), profile.limits);
  const { deviceMs } = profile;
  return {
    reads: reads.map(({ functionCode, start, count }) => ({ functionCode, start, count })),
    async poll(signal): Promise<Poll> {
      const exchanges: Exchange[] = [];
      const samples: Sample[] = [];
      for (const read of reads) {
        const { functionCode, start, count } = read;
        const request = { functionCode, start, count };
        const exchange = await bus.transact(unit, request, signal ? { deviceMs, signal } : { deviceMs });
        exchanges.push(exchange);
        for (const { point, offset } of read.points) samples.push(sampleOf(point, offset, exchange));
      }
      return { exchanges, samples };
    },
  };
}

function chosen(profile: Profile, wanted: readonly string[] | undefined): readonly AnyPoint[] {
  if (wanted === undefined) return [...profile.points, ...profile.status];
  const concerns = (state: StatusPoint): boolean => state.points?.some((id) => wanted.includes(id)) ?? true;
  return [...profile.points.filter(({ id }) => wanted.includes(id)), ...profile.status.filter(concerns)];
}

/** Unit id, function code and byte count come before the data of a reply. */
const dataOffset = 3;

function sampleOf(point: AnyPoint, offset: number, { reply, failure }: Exchange): Sample {
  if (failure !== undefined || reply === undefined) return { point: point.id, failure: failure ?? noReply };
  const layout = "order" in point ? point : { ...point, order: "ABCD" as const };
  const raw = decodePoint(layout, reply.subarray(dataOffset), offset);
  if (raw !== undefined) return { point: point.id, raw };
  return { point: point.id, failure: { code: "E_BUS_REPLY", detail: `the registers hold no ${point.type}` } };
}

const noReply: BusFailure = { code: "E_BUS_TIMEOUT", detail: "no reply" };
