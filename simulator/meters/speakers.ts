import type { Moment } from "../plant/world.ts";
import { createEnergyMeter, type EnergyMeterName, energyMeters } from "./dlt645.ts";
import { createModule, m7017 } from "./m7017.ts";
import { createMeter, type Meter } from "./meter.ts";
import { type ModelName, models } from "./models.ts";
import type { Speaker } from "./spoken.ts";

const all: Readonly<Record<string, { readonly profile: string; readonly about: string }>> = {
  ...models,
  ...energyMeters,
  m7017,
};

/** Every device the simulator can pretend to be, by the name a scenario calls it. */
export const deviceNames: readonly string[] = Object.keys(all);

export const about = (model: string): { readonly profile: string; readonly about: string } => {
  const found = all[model];
  if (found === undefined) throw new Error(`no model ${model}`);
  return found;
};

type On<Transport extends string, Model, Unit> = {
  readonly transport: Transport;
  readonly meters: readonly { readonly id: string; readonly model: Model; readonly unit: Unit }[];
};

/** A line of a scenario, as far as its devices are concerned. */
type SpokenLine =
  | On<"tcp" | "udp" | "rtu" | "rtu-over-tcp" | "ascii" | "ascii-over-tcp", ModelName, number>
  | On<"dlt645" | "dlt645-over-tcp", EnergyMeterName, string>
  | (On<"dcon" | "dcon-over-tcp", "m7017", number> & { readonly checksum: boolean });

/** The device at one place of a line. */
export function speakerAt(line: SpokenLine, index: number, plant: { readonly seed: number; look(): Moment }): Speaker {
  switch (line.transport) {
    case "dlt645":
    case "dlt645-over-tcp":
      return createEnergyMeter({ ...at(line.meters, index), ...plant });
    case "dcon":
    case "dcon-over-tcp":
      return createModule({ ...at(line.meters, index), ...plant, checksum: line.checksum });
    default: {
      const { model, ...rest } = at(line.meters, index);
      return modbusSpeaker(createMeter({ ...rest, ...plant, model: models[model] }));
    }
  }
}

function at<Item>(list: readonly Item[], index: number): Item {
  const item = list[index];
  if (item === undefined) throw new Error(`no meter ${index}`);
  return item;
}

const modbusSpeaker = (meter: Meter): Speaker => ({
  setCondition: meter.setCondition,
  set: meter.set,
  ask: (request) => {
    const { answer, points } = meter.ask(request);
    const shown = {
      fc: request[0] ?? 0,
      start: request.length >= 3 ? request.readUInt16BE(1) : 0,
      count: request.length >= 5 ? request.readUInt16BE(3) : 0,
      values: "exception" in answer ? "" : answer.pdu.toString("hex", "table" in answer ? 2 : 1),
      points,
      ...("exception" in answer ? { exception: answer.exception } : {}),
    };
    return { pdu: answer.pdu, shown };
  },
});
