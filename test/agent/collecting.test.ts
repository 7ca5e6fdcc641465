import { expect, onTestFinished, test } from "vitest";
import { unknownClock } from "../../agent/clock/tracking.ts";
import { collectFrom } from "../../agent/collecting.ts";
import { openJournal } from "../../agent/keep/open.ts";
import type { OpenJournal } from "../../agent/keep/open-journal.ts";
import { createLogger } from "../../agent/logger.ts";
import { configBody, configEntries, lastSettings } from "../../agent/opening.ts";
import { startKeeping } from "../../agent/sealing.ts";
import { newTally } from "../../agent/tally.ts";
import type { Site } from "../../config/site.ts";
import type { Exchange, RegisterRead } from "../../drivers/driver.ts";
import type { ModbusBus } from "../../drivers/modbus/bus.ts";
import { modbusDriver } from "../../drivers/modbus/driver.ts";
import { type ModbusProfile, profileFile } from "../../drivers/profile.ts";
import { type Entry, type EntryBody, readEntry } from "../../feed/format/entry.ts";
import { type Millis, seconds } from "../../feed/format/vocabulary.ts";
import { exceptionReply, trueReply } from "../drivers/modbus/slave.ts";
import { type FakeClock, fakeClock } from "../support/clock.ts";
import { makeJournal } from "./keep/kit.ts";

const value = { unit: "1", places: 0, source: "made up" };
const profile = {
  id: "test/analyzer",
  ...profileFile.parse({
    name: "An analyzer",
    maker: "Test",
    model: "One",
    source: "made up",
    protocol: "modbus",
    points: [
      { id: "co", quantity: "CO", at: "input:0", type: "uint16", ...value },
      { id: "o2", quantity: "O2", at: "input:1", type: "uint16", ...value },
    ],
    settings: [
      { id: "slope", quantity: "slope", at: "holding:0", type: "uint16", ...value },
      { id: "offset", quantity: "offset", at: "holding:1", type: "uint16", ...value },
    ],
  }),
} as ModbusProfile;
const device = { id: "co", line: "l", address: "1", every: seconds(1), settingsEvery: seconds(60), profile };
const site = { sha256: Buffer.alloc(32).toString("base64") } as Site;

/** An analyzer whose settings can be turned, with or without its second value. */
class Analyzer {
  readonly holding = [100, 0];
  hasO2 = true;
  /** Function codes that were asked, in order. */
  readonly asked: number[] = [];
  readonly bus: ModbusBus;

  constructor(clock: FakeClock) {
    this.bus = {
      line: "l",
      transact: async ({ unit, request }) => {
        const { functionCode, start, count } = request as RegisterRead;
        this.asked.push(functionCode);
        const question = { unit, functionCode, start, count, transaction: 0 };
        const at: Pick<Exchange, "sent" | "received"> = { sent: clock.now(), received: clock.now() };
        if (functionCode === 4 && start + count > 1 && !this.hasO2) {
          const failure = { code: "E_BUS_EXCEPTION", detail: "", exception: 2 } as const;
          return { ...at, reply: exceptionReply(question, 2), failure };
        }
        const reply = trueReply(question);
        if (functionCode === 3)
          for (let i = 0; i < count; i++) reply.writeUInt16BE(this.holding[start + i] ?? 0, 3 + 2 * i);
        return { ...at, reply };
      },
      counters: () => ({ requests: 0, replies: 0, failures: {}, discardedBytes: 0, quarantines: 0, rebuilds: 0 }),
      close: async () => {},
    };
  }
}

/** The agent's way from the device to the journal, for so long. */
async function collect(journal: OpenJournal, analyzer: Analyzer, clock: FakeClock, howLong: Millis): Promise<void> {
  const stop = new AbortController();
  const rule = { within: seconds(10), entries: 64 };
  const keeper = startKeeping({ append: journal.append, seal: () => {} }, rule, clock, stop.signal);
  const driver = modbusDriver(analyzer.bus, 1, profile, clock);
  const attached = { device, by: { driver } };
  const config = configEntries(site, [attached], journal, keeper, clock.now().wall).get(device.id) ?? 0;
  const opening = { config, reads: driver.reads, settings: lastSettings(journal, device.id) };
  const configOf = (...parts: [typeof device, typeof driver.reads, string, Millis]): EntryBody =>
    configBody(site, ...parts);
  const with_ = {
    keeper,
    tally: newTally(),
    clock,
    log: createLogger("silent"),
    boot: "0a1b2c3d",
    clk: () => unknownClock,
    configOf,
    kept: () => {},
  } as const;
  const collecting = collectFrom(attached, opening, with_, stop.signal);
  await clock.advance(howLong);
  stop.abort();
  await collecting;
  await keeper.running;
}

function plant() {
  const made = makeJournal();
  const clock = fakeClock("2026-10-01T00:00:00.500Z");
  const analyzer = new Analyzer(clock);
  let journal = made.journal;
  onTestFinished(() => journal.close());
  let seen = 1;
  return {
    analyzer,
    clock,
    run: (howLong: Millis) => collect(journal, analyzer, clock, howLong),
    restart: () => {
      journal.close();
      journal = openJournal(made.dir);
    },
    /** Entries since the last look. */
    news: () => {
      const entries = journal.read(seen, journal.head().size);
      seen = journal.head().size;
      return entries.map(bodyOf);
    },
  };
}

function bodyOf({ bytes }: Pick<Entry, "bytes">) {
  const entry = readEntry(bytes);
  if (!entry.ok) throw new Error(JSON.stringify(entry));
  return entry.value;
}
type Body = ReturnType<typeof bodyOf>;
const events = (entries: readonly Body[]) =>
  entries.flatMap((entry) => (entry.type === "event" ? [{ code: entry.code, set: entry.set }] : []));
const frames = (entries: readonly Body[]) => entries.filter((entry) => entry.type === "frame");

test("settings are told once, again when one changes, and not for a restart alone", async () => {
  const { analyzer, run, restart, news } = plant();
  await run(seconds(3));
  expect(events(news())).toEqual([
    { code: "SETTING_FIRST", set: { "co.slope": [null, "100"], "co.offset": [null, "0"] } },
  ]);
  analyzer.holding[0] = 108;
  await run(seconds(65));
  expect(events(news())).toEqual([
    { code: "SETTING_CHANGED", set: { "co.slope": ["100", "108"], "co.offset": ["0", "0"] } },
  ]);
  restart();
  await run(seconds(65));
  expect(events(news())).toEqual([]);
  restart();
  analyzer.holding[1] = 5;
  await run(seconds(2));
  expect(events(news())).toEqual([
    { code: "SETTING_CHANGED", set: { "co.slope": ["108", "108"], "co.offset": ["0", "5"] } },
  ]);
});

test("settings are read on their own grid, and a frame without them is shorter than the plan", async () => {
  const { analyzer, run, news } = plant();
  await run(seconds(130));
  expect(analyzer.asked.filter((functionCode) => functionCode === 4)).toHaveLength(130);
  expect(analyzer.asked.filter((functionCode) => functionCode === 3)).toHaveLength(3);
  const entries = news();
  const [config] = entries.filter((entry) => entry.type === "config");
  expect(config?.reads).toEqual([
    [1, 4, 0, 2],
    [1, 3, 0, 2],
  ]);
  const kept = frames(entries).map(({ raw, data }) => `${raw.length} ${Object.keys(data).join(" ")}`);
  expect(kept).toHaveLength(130);
  expect(kept.filter((text) => text !== "1 co.co co.o2")).toEqual(
    Array.from({ length: 3 }, () => "2 co.co co.o2 co.offset co.slope"),
  );
});

test("settings of a device that was silent are read when it is back, not a grid later", async () => {
  const { analyzer, clock, run, news } = plant();
  const { transact } = analyzer.bus;
  const back = clock.now().mono + 30_000;
  const mute = { failure: { code: "E_BUS_TIMEOUT", detail: "" } } as const;
  Object.assign(analyzer.bus, {
    transact: (...asked: Parameters<ModbusBus["transact"]>) =>
      clock.now().mono < back
        ? Promise.resolve({ ...mute, sent: clock.now(), received: clock.now() })
        : transact(...asked),
  });
  await run(seconds(55));
  const [first] = frames(news()).filter(({ data }) => data["co.slope"]?.[0] === "100");
  const at = Date.parse(first?.t ?? "") - Date.parse("2026-10-01T00:00:00.500Z");
  expect(at).toBeGreaterThanOrEqual(30_000);
  expect(at).toBeLessThan(55_000);
});

test("settings whose reply was spoilt are asked again at the next polls, not a grid later", async () => {
  const { analyzer, run, clock, news } = plant();
  const { transact } = analyzer.bus;
  let spoilt = 0;
  Object.assign(analyzer.bus, {
    transact: async (...asked: Parameters<ModbusBus["transact"]>) => {
      const exchange = await transact(...asked);
      if (asked[0].request.functionCode !== 3 || spoilt++ > 0) return exchange;
      return { failure: { code: "E_BUS_CHECKSUM", detail: "" }, sent: clock.now(), received: clock.now() };
    },
  });
  await run(seconds(5));
  expect(spoilt).toBe(2);
  expect(frames(news()).filter(({ data }) => data["co.slope"]?.[0] === "100")).toHaveLength(1);
});

test("settings whose reply is spoilt for a while are asked again long before their next slot, ever more rarely", async () => {
  const { analyzer, run, clock, news } = plant();
  const { transact } = analyzer.bus;
  const good = clock.now().mono + 20_000;
  Object.assign(analyzer.bus, {
    transact: async (...asked: Parameters<ModbusBus["transact"]>) => {
      const exchange = await transact(...asked);
      if (asked[0].request.functionCode !== 3 || clock.now().mono > good) return exchange;
      return { failure: { code: "E_BUS_CHECKSUM", detail: "" }, sent: clock.now(), received: clock.now() };
    },
  });
  await run(seconds(55));
  expect(analyzer.asked.filter((functionCode) => functionCode === 3)).toHaveLength(7);
  expect(frames(news()).filter(({ data }) => data["co.slope"]?.[0] === "100")).toHaveLength(1);
});

test("a plan that was divided is gone on with after a restart, without another refusal or entry", async () => {
  const { analyzer, run, restart, news } = plant();
  analyzer.hasO2 = false;
  await run(seconds(2));
  expect(news().filter(({ type }) => type === "config")).toHaveLength(2);
  restart();
  analyzer.asked.length = 0;
  await run(seconds(2));
  const entries = news();
  expect(entries.filter(({ type }) => type === "config")).toEqual([]);
  expect(analyzer.asked).toEqual([4, 4, 3, 4, 4]);
  expect(frames(entries).map(({ raw }) => raw.length)).toEqual([3, 2]);
});

test("a block that is refused is one configuration entry, before the first frame that was read by it", async () => {
  const { analyzer, run, news } = plant();
  await run(seconds(2));
  analyzer.hasO2 = false;
  await run(seconds(10));
  const entries = news();
  const configs = entries.filter((entry) => entry.type === "config");
  expect(configs.map(({ why, reads }) => [why, reads])).toEqual([
    [
      "first",
      [
        [1, 4, 0, 2],
        [1, 3, 0, 2],
      ],
    ],
    [
      "the device refused a block",
      [
        [1, 4, 0, 1],
        [1, 4, 1, 1],
        [1, 3, 0, 2],
      ],
    ],
  ]);
  const changed = configs[1]?.seq ?? 0;
  expect(entries.find(({ seq }) => seq === changed + 1)?.type).toBe("frame");
  for (const { seq, cfg, data } of frames(entries)) {
    expect(cfg).toBe(seq > changed ? changed : configs[0]?.seq);
    if (seq > changed) expect(data["co.o2"]).toEqual([null, "B", "E_BUS_EXCEPTION 2"]);
    expect(data["co.co"]?.[1]).toBe("N");
  }
});
