import type { Device, Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import type { Bus, Driver } from "../drivers/driver.ts";
import { openBus } from "../drivers/modbus/bus.ts";
import { modbusDriver } from "../drivers/modbus/driver.ts";

/** A device of the site and what asks it. */
export interface Asked {
  readonly device: Device;
  readonly driver: Driver;
}

/** One bus a line, one driver a device. Nothing is opened yet: a line opens when it is first asked. */
export function openDevices(
  site: Site,
  clock: Clock,
): { readonly buses: readonly Bus[]; readonly asked: readonly Asked[] } {
  const buses = new Map(site.lines.map((line) => [line.id, openBus(line, clock)]));
  const asked = site.devices.map((device) => {
    const bus = buses.get(device.line);
    if (bus === undefined) throw new TypeError(`line ${device.line} was not checked`);
    return { device, driver: modbusDriver(bus, device.unit, device.profile) };
  });
  return { buses: [...buses.values()], asked };
}
