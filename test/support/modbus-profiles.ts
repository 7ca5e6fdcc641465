import { loadCatalogue } from "../../drivers/catalogue.ts";
import type { ModbusProfile, Profile } from "../../drivers/profile.ts";

const isModbus = (entry: [string, Profile]): entry is [string, ModbusProfile] => entry[1].protocol === "modbus";

/** The shipped device models that speak Modbus, by id. */
export const modbusProfiles = (): ReadonlyMap<string, ModbusProfile> =>
  new Map([...loadCatalogue().profiles].filter(isModbus));
