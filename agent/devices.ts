import type { Device, Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import type { Bus, Driver } from "../drivers/driver.ts";
import type { LineSettings } from "../drivers/line/settings.ts";
import { openBus } from "../drivers/modbus/bus.ts";
import { modbusDriver } from "../drivers/modbus/driver.ts";
import type { ModbusProfile } from "../drivers/profile.ts";

/** A device of the site and what asks it. */
export interface Asked {
  readonly device: Device;
  readonly driver: Driver;
}

type Closing = Pick<Bus<never>, "close">;

/** One bus a line, one driver a device. Nothing is opened yet: a line opens when it is first asked. */
export function openDevices(
  site: Site,
  clock: Clock,
): { readonly buses: readonly Closing[]; readonly asked: readonly Asked[] } {
  const lines = new Map(site.lines.map((line) => [line.id, openLine(line, clock)]));
  const asked = site.devices.map((device) => {
    const line = lines.get(device.line);
    if (line === undefined) throw new TypeError(`line ${device.line} was not checked`);
    return { device, driver: line.driverOf(device) };
  });
  return { buses: [...lines.values()].map(({ bus }) => bus), asked };
}

interface OpenLine {
  readonly bus: Closing;
  /** The profile speaks the line's protocol; the check of the configuration sees to that. */
  driverOf(device: Device): Driver;
}

function openLine(line: LineSettings, clock: Clock): OpenLine {
  switch (line.transport) {
    case "tcp":
    case "udp":
    case "rtu":
    case "ascii":
    case "rtu-over-tcp":
    case "ascii-over-tcp": {
      const bus = openBus(line, clock);
      return {
        bus,
        driverOf: ({ address, profile }) => modbusDriver(bus, Number(address), profile as ModbusProfile, clock),
      };
    }
    default:
      throw new TypeError(`no driver for ${line.transport}`);
  }
}
