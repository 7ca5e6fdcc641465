import { modulePlan } from "./dcon/driver.ts";
import { meterPlan } from "./dlt645/driver.ts";
import type { Read } from "./driver.ts";
import type { LineSettings } from "./line/settings.ts";
import { modbusPlan } from "./modbus/driver.ts";
import type { ModbusPoint, Profile, Protocol } from "./profile.ts";
import { tables } from "./profile.ts";

/** By what a device on a line is addressed in the site file. */
export type AddressKey = "unit" | "address" | "mn";

interface Spoken {
  /** The protocols a device on such a line may have. */
  readonly protocols: readonly Protocol[];
  readonly addressed: AddressKey;
  /** What a person calls it. */
  readonly name: string;
}

const modbus: Spoken = { protocols: ["modbus"], addressed: "unit", name: "Modbus" };
const dlt645: Spoken = { protocols: ["dlt645-2007", "dlt645-1997"], addressed: "address", name: "DL/T 645" };
const dcon: Spoken = { protocols: ["dcon"], addressed: "unit", name: "DCON" };
const hj212: Spoken = { protocols: ["hj212"], addressed: "mn", name: "HJ 212" };

/** What is spoken on a line of each kind. */
export const spokenOn: Readonly<Record<LineSettings["transport"], Spoken>> = {
  tcp: modbus,
  udp: modbus,
  rtu: modbus,
  "rtu-over-tcp": modbus,
  ascii: modbus,
  "ascii-over-tcp": modbus,
  dlt645,
  "dlt645-over-tcp": dlt645,
  dcon,
  "dcon-over-tcp": dcon,
  hj212,
  "hj212-dial": hj212,
  "hj212-listen": hj212,
};

/** The questions of one poll with settings, as the configuration entry keeps them. */
export function readsOf(address: string, profile: Profile): readonly Read[] {
  return planOf(address, profile).map(({ read }) => read);
}

function planOf(address: string, profile: Profile): readonly { readonly read: Read }[] {
  switch (profile.protocol) {
    case "modbus":
      return modbusPlan(Number(address), profile);
    case "dlt645-2007":
    case "dlt645-1997":
      return meterPlan(address, profile);
    case "dcon":
      return modulePlan(Number(address), profile);
    case "hj212":
      return [];
  }
}

/**
 * Where a value lies, as the configuration entry says it: "<unit id>:<function code>:<start, 4 hex digits>:<type>:<byte order>"
 * on Modbus, a string's type with its registers ("string8"), or "<unit id>:<request>+<byte>:..." for a maker's own function, or
 * "<unit id>:object+<number>:string" or "<unit id>:server-id+<byte>:string" for what it says of itself; elsewhere
 * "<address>:<at>:<type>" with the length in bytes.
 */
export function sourceOf(address: string, point: Profile["points"][number] | Profile["settings"][number]): string {
  const { at } = point;
  if (typeof at === "string") return [address, at, typeOf(point)].join(":");
  if ("di" in at) return [address, `${at.di}+${at.offset}`, typeOf(point)].join(":");
  if ("from" in at) return [address, at.from, ...("channel" in at ? [at.channel] : []), typeOf(point)].join(":");
  if ("identity" in at) return [address, `${at.identity}+${at.number}`, typeOf(point)].join(":");
  const { order } = point as ModbusPoint;
  if ("request" in at) return [address, `${at.request}+${at.offset}`, typeOf(point), order].join(":");
  return [address, tables[at.table], at.address.toString(16).padStart(4, "0"), typeOf(point), order].join(":");
}

const typeOf = (point: { readonly type: string; readonly length?: number }): string =>
  `${point.type}${point.length ?? ""}`;
