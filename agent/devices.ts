import type { Device, Site } from "../config/site.ts";
import type { Clock } from "../drivers/clock.ts";
import { moduleDriver, openModuleLine } from "../drivers/dcon/driver.ts";
import { meterDriver, openMeterLine } from "../drivers/dlt645/driver.ts";
import type { Driver, Read, Source } from "../drivers/driver.ts";
import { type LineNews, loggerLine } from "../drivers/hj212/line.ts";
import type { LineOptions, LineSettings } from "../drivers/line/settings.ts";
import { openBus } from "../drivers/modbus/bus.ts";
import { modbusDriver } from "../drivers/modbus/driver.ts";
import type { DconProfile, Dlt645Profile, Hj212Profile, ModbusProfile } from "../drivers/profile.ts";
import type { HeldLines } from "./holding.ts";

/** Where the news of a line go: a log, or a screen. */
export interface LineLog {
  info(about: { readonly line: string; readonly what: string; readonly detail: string }, message: string): void;
  warn(about: { readonly line: string; readonly what: string; readonly detail: string }, message: string): void;
}

/** A device of the site, and what asks it or what it pushes through. */
export interface Attached {
  readonly device: Device;
  readonly by: { readonly driver: Driver } | { readonly source: Source };
}

/** The questions of a poll, as the configuration entry keeps them. */
export const readsOf = (by: Attached["by"]): readonly Read[] => ("driver" in by ? by.driver : by.source).reads;

/** A line with what is on it. */
interface OpenLine {
  /** The profile speaks the line's protocol; the check of the configuration sees to that. */
  attach(device: Device): Attached["by"];
  /** Begins to listen, where devices push; resolves when it does, or has failed to once. A line that is asked opens when it is first asked. */
  open?(): Promise<void>;
  close(): Promise<void>;
}

export interface Devices {
  readonly attached: readonly Attached[];
  /** Resolves when each line on which devices push listens, or has failed to once. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** One line each, one driver a device. Nothing is opened yet. */
export function openDevices(site: Site, clock: Clock, log: LineLog, held?: HeldLines): Devices {
  const optionsFor = (line: LineSettings): LineOptions => {
    const hold = held?.of(line);
    return hold === undefined ? {} : { hold };
  };
  const lines = new Map(site.lines.map((line) => [line.id, lineFor(line, clock, log, optionsFor(line))]));
  const attached = site.devices.map((device) => {
    const line = lines.get(device.line);
    if (line === undefined) throw new TypeError(`line ${device.line} was not checked`);
    return { device, by: line.attach(device) };
  });
  return {
    attached,
    open: async () => void (await Promise.all([...lines.values()].map((line) => line.open?.()))),
    close: async () => void (await Promise.all([...lines.values()].map((line) => line.close()))),
  };
}

function lineFor(line: LineSettings, clock: Clock, log: LineLog, options: LineOptions): OpenLine {
  switch (line.transport) {
    case "dlt645":
    case "dlt645-over-tcp": {
      const bus = openMeterLine(line, clock, options);
      const attach = ({ address, profile }: Device) => ({
        driver: meterDriver(bus, address, profile as Dlt645Profile, clock),
      });
      return { attach, close: () => bus.close() };
    }
    case "dcon":
    case "dcon-over-tcp": {
      const bus = openModuleLine(line, clock, options);
      const attach = ({ address, profile }: Device) => ({
        driver: moduleDriver(bus, Number(address), profile as DconProfile, clock),
      });
      return { attach, close: () => bus.close() };
    }
    case "hj212":
    case "hj212-dial":
    case "hj212-listen": {
      const loggers = loggerLine(line, clock, newsOf(line.id, log), options);
      const attach = ({ address, profile }: Device) => ({ source: loggers.sourceOf(address, profile as Hj212Profile) });
      return { attach, open: loggers.open, close: loggers.close };
    }
    default: {
      const bus = openBus(line, clock, options);
      const attach = ({ address, profile }: Device) => ({
        driver: modbusDriver(bus, Number(address), profile as ModbusProfile, clock),
      });
      return { attach, close: () => bus.close() };
    }
  }
}

/** Said once for each kind of news until another comes, so that noise on a line does not fill the log. */
function newsOf(line: string, log: LineLog): LineNews {
  let last = "";
  return (what, detail) => {
    const news = `${what} ${detail}`;
    if (news !== last) log[what === "opened" ? "info" : "warn"]({ line, what, detail }, "line");
    last = news;
  };
}
