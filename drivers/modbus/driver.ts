import { AskedDriver, type Planned } from "../asked.ts";
import type { Clock } from "../clock.ts";
import type { Driver } from "../driver.ts";
import type { ModbusPoint, ModbusProfile, ModbusSetting, ModbusStatus } from "../profile.ts";
import type { ModbusBus } from "./bus.ts";
import { decodePoint } from "./decode.ts";
import type { Question } from "./dialect.ts";
import { type PlannedRead, planReads } from "./plan.ts";
import { replyBytes } from "./request.ts";

type AnyPoint = ModbusPoint | ModbusStatus | ModbusSetting;

/** The plan of one poll: values and the states that qualify them, in as few requests as there can be; then the settings. */
export function modbusPlan(
  unit: number,
  { points, status, settings, limits }: Pick<ModbusProfile, "points" | "status" | "settings" | "limits">,
): readonly Planned<Question>[] {
  return [
    ...planReads<AnyPoint>([...points, ...status], limits).map((read) => planned(unit, read, limits)),
    ...planReads(settings, limits).map((read) => planned(unit, read, limits, true)),
  ];
}

/** Asks one device by its profile. */
export const modbusDriver = (bus: ModbusBus, unit: number, profile: ModbusProfile, clock: Clock): Driver =>
  new AskedDriver(bus, modbusPlan(unit, profile), profile.deviceMs, clock);

function planned(
  unit: number,
  read: PlannedRead<AnyPoint>,
  limits: ModbusProfile["limits"],
  settings = false,
): Planned<Question> {
  const { functionCode, start, count, points } = read;
  const request = { functionCode, start, count };
  return {
    question: { unit, request },
    read: [unit, functionCode, start, count],
    weight: replyBytes(request),
    settings,
    points: points.map(({ point, offset }) => ({
      id: point.id,
      form: point.type,
      decode: (reply) => decodePoint(layoutOf(point), reply.subarray(dataOffset), offset),
    })),
    halves: () => {
      const inOrder = points.map(({ point }) => point);
      const middle = Math.ceil(inOrder.length / 2);
      if (inOrder.length < 2) return [];
      const halves = [inOrder.slice(0, middle), inOrder.slice(middle)];
      return halves.flatMap((half) => planReads(half, limits).map((part) => planned(unit, part, limits, settings)));
    },
  };
}

const layoutOf = (point: AnyPoint) => ("order" in point ? point : { ...point, order: "ABCD" as const });

/** Unit id, function code and byte count come before the data of a reply. */
const dataOffset = 3;
