import { AskedDriver, type Planned } from "../asked.ts";
import type { Clock } from "../clock.ts";
import type { Driver, UserDefinedFunction } from "../driver.ts";
import {
  type InRegister,
  isIdentity,
  isInRegister,
  type ModbusPoint,
  type ModbusProfile,
  type ModbusSetting,
  type ModbusStatus,
} from "../profile.ts";
import type { ModbusBus } from "./bus.ts";
import { decodePoint } from "./decode.ts";
import type { Question } from "./dialect.ts";
import { identityReads } from "./identity-reads.ts";
import { type PlannedRead, planReads } from "./plan.ts";
import { replyBytes } from "./request.ts";

type AnyPoint = ModbusPoint | ModbusStatus | ModbusSetting;
type Placed = InRegister<AnyPoint>;
/** What of a profile is asked for. */
type Planning = Pick<ModbusProfile, "points" | "status" | "settings" | "limits" | "requests">;

/** The plan of one poll: values and the states that qualify them, in as few requests as there can be; then the settings. */
export function modbusPlan(unit: number, profile: Planning): readonly Planned<Question>[] {
  const { points, status, settings, limits } = profile;
  const part = (some: readonly AnyPoint[], slower: boolean): Planned<Question>[] => [
    ...planReads(some.filter(isInRegister), limits).map((read) => planned(unit, read, limits, slower)),
    ...ownReads(unit, some, profile, slower),
  ];
  return [
    ...part([...points, ...status], false),
    ...part(settings, true),
    ...identityReads(unit, settings.filter(isIdentity)),
  ];
}

/** Asks one device by its profile. */
export const modbusDriver = (bus: ModbusBus, unit: number, profile: ModbusProfile, clock: Clock): Driver =>
  new AskedDriver(bus, modbusPlan(unit, profile), profile.deviceMs, clock);

function planned(
  unit: number,
  read: PlannedRead<Placed>,
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

/** The reads by functions of the maker's own, each with the points that lie in its reply. */
function ownReads(
  unit: number,
  points: readonly AnyPoint[],
  { requests }: Pick<ModbusProfile, "requests">,
  settings: boolean,
): Planned<Question>[] {
  return requests.flatMap(({ id, function: code, data, reply: replyBytes }) => {
    const inside = points.filter(({ at }) => "request" in at && at.request === id);
    if (inside.length === 0) return [];
    return {
      question: { unit, request: { functionCode: code as UserDefinedFunction, data, replyBytes } },
      read: `${id}:${unit}:${code}:${data}:${replyBytes}`,
      weight: replyBytes,
      settings,
      points: inside.map((point) => ({
        id: point.id,
        form: point.type,
        decode: (reply: Buffer) => decodePoint(layoutOf(point), reply.subarray(ownOffset), offsetOf(point)),
      })),
    };
  });
}

const offsetOf = ({ at }: AnyPoint): number => ("offset" in at ? at.offset : 0);

const layoutOf = (point: AnyPoint) => ("order" in point ? point : { ...point, order: "ABCD" as const });

/** Unit id, function code and byte count come before the data of a reply. */
const dataOffset = 3;
/** A function of the maker's own says nothing of its length that we would know: its data begin after the function code. */
const ownOffset = 2;
