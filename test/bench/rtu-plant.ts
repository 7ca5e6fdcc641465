/**
 * Ten devices of 20 registers each, polled by the agent's own poller over one line every 2 s. Prints how many polls units 1 to 8 got in
 * a window of so many seconds, and how many slots of their grid lay in it. The window opens after as long again.
 */
import { pollDevice } from "../../agent/collect/poller.ts";
import { systemClock } from "../../drivers/clock.ts";
import { openBus } from "../../drivers/modbus/bus.ts";
import { modbusDriver } from "../../drivers/modbus/driver.ts";
import { type ModbusProfile, profileFile } from "../../drivers/profile.ts";
import { millis, seconds } from "../../feed/format/vocabulary.ts";

const [path = "", ...numbers] = process.argv.slice(2);
const [baud = 0, window = 0] = numbers.map(Number);
const every = seconds(2);
const healthy = 8;

const described = profileFile.parse({
  name: "A meter",
  maker: "Bench",
  model: "One",
  source: "made up",
  protocol: "modbus",
  deviceMs: 500,
  points: Array.from({ length: 20 }, (_, i) => {
    return {
      id: `p${i}`,
      quantity: "x",
      at: `holding:${i}`,
      type: "uint16",
      unit: "1",
      places: 0,
      source: "made up",
    };
  }),
});
const profile = { id: "bench/meter", ...described } as ModbusProfile;

const bus = openBus(
  { id: "line", transport: "rtu", path, baud, parity: "none", dataBits: 8, stopBits: 1 },
  systemClock,
);
const stop = new AbortController();
const slots = Math.max(1, Math.round((window * 1000) / every));
// Between two slots of the grid, so that the window holds the polls of whole slots.
const opens = (Math.ceil(Date.now() / every) + slots) * every - every / 4;
const closes = opens + slots * every;
let kept = 0;

const polling = Array.from({ length: 10 }, (_, i) => {
  const driver = modbusDriver(bus, i + 1, profile, systemClock);
  const device = {
    id: `d${i + 1}`,
    every,
    driver,
    points: profile.points,
    status: [],
    settings: { points: [], every },
  };
  return pollDevice(
    device,
    systemClock,
    {
      polled: (_poll, readings, done) => {
        if (i >= healthy || done.wall < opens || done.wall >= closes) return;
        if ([...readings.values()].every(({ kind }) => kind === "measured")) kept += 1;
      },
      presence: () => {},
      skipped: () => {},
    },
    stop.signal,
  );
});
const now = systemClock.now();
await systemClock.sleepUntil(millis(now.mono + closes - now.wall));
stop.abort();
await Promise.all(polling);
await bus.close();
process.stdout.write(`${kept} ${healthy * slots}\n`);
