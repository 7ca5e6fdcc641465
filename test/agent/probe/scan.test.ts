import { describe, expect, test } from "vitest";
import { openerOf } from "../../../agent/probe/conversation.ts";
import { type ScanAsked, type ScanEvent, scan, scanBound } from "../../../agent/probe/scan.ts";
import { scanText } from "../../../agent/probe/scan-text.ts";
import { scannersFor } from "../../../agent/probe/scanners.ts";
import { commonSettings } from "../../../agent/probe/settings.ts";
import { plainInk } from "../../../agent/probe/text.ts";
import type { ModbusLine, SerialSettings } from "../../../drivers/line/settings.ts";
import { answerAll, type Script, startSlave } from "../../drivers/modbus/slave.ts";
import { freePort } from "../../support/temporary.ts";
import { around, lineOf, nameless, probed, simulated } from "./kit.ts";

const only =
  (...units: readonly number[]): Script =>
  (question, device) =>
    units.includes(question.unit) ? answerAll(question, device) : [];
const upTo = (most: number): readonly number[] => Array.from({ length: most }, (_, i) => i + 1);

async function scanned(asked: ScanAsked, with_ = around({ deviceMs: 10 }), each = (_: ScanEvent): void => {}) {
  const events: ScanEvent[] = [];
  const result = await scan(asked, with_, (event) => {
    events.push(event);
    each(event);
  });
  const rows = events.filter((event) => event.is === "found");
  return { ...result, events, rows, text: events.flatMap(scanText(plainInk)).join("\n") };
}

describe("a scan", () => {
  test.each(["rtu", "rtu-over-tcp", "tcp", "udp", "ascii"] as const)("finds who is there on %s", async (kind) => {
    const slave = await startSlave(kind, only(2, 5));
    nameless(slave, 2, 5);
    const { settings, heard } = slave;
    const { rows, found, text } = await scanned({ lines: [settings], units: upTo(6) });
    expect(rows.map(({ unit, answer }) => [unit, answer])).toEqual([
      ["2", "answers"],
      ["5", "answers"],
    ]);
    expect(found).toBe(2);
    expect(text).toContain("2 found.");
    // One question at a time, each unit once.
    expect(heard.filter(({ functionCode }) => functionCode === 3).map(({ unit }) => unit)).toEqual(upTo(6));
  });

  test("says first how long it takes at most, and keeps to it", async () => {
    const { settings } = await startSlave("rtu", () => []);
    const asked = { lines: [settings], units: upTo(4) };
    const { events } = await scanned(asked);
    const [bound] = events;
    if (bound?.is !== "bound") throw new Error("no bound first");
    const scanners = asked.lines.flatMap((line) => scannersFor(line, asked.units, around({ deviceMs: 10 })));
    expect(bound).toMatchObject({ ...scanBound(scanners), questions: 4 });
    // 8N1 at 115200 baud: 15 characters, t3.5, 10 ms device, 40 ms margin, of which each silent unit costs three, and so
    // does listening to the last one.
    expect(bound.ms).toBeGreaterThan(5 * 3 * 50);
    expect(bound.ms).toBeLessThan(5 * 3 * 60 + 400);
    expect(events.at(-1)).toMatchObject({ is: "end", asked: 4, of: 4 });
  });

  test("finds the settings a device answers at", async () => {
    const { settings } = await startSlave("rtu", only(1), { baud: 9600 });
    const openerFor = (line: Parameters<typeof openerOf>[0]) => {
      const open = openerOf(line);
      const heard = "path" in line && line.baud === 19_200 && line.parity === "even";
      return heard ? open : (((events, signal) => open({ ...events, data: () => {} }, signal)) as typeof open);
    };
    const lines = commonSettings(settings as ModbusLine & SerialSettings).slice(0, 7);
    const { rows } = await scanned({ lines, units: [1] }, around({ deviceMs: 10, openerOf: openerFor }));
    expect(rows).toMatchObject([{ unit: "1", settings: "19200 8E1" }]);
  });

  test("stops within the question that is being asked, closes the port, and leaves it to others", async () => {
    const slave = await startSlave("rtu", only(1));
    nameless(slave, 1);
    const { settings, heard } = slave;
    const stop = new AbortController();
    const with_ = around({ deviceMs: 1000, signal: stop.signal });
    const { stopped, found, text } = await scanned({ lines: [settings], units: upTo(247) }, with_, (event) => {
      if (event.is === "progress" && event.done === 1) setImmediate(() => stop.abort());
    });
    expect({ stopped, found }).toEqual({ stopped: true, found: 1 });
    expect(text).toContain("Stopped after 2 of 247 questions. 1 found.");
    expect(heard.some(({ unit }) => unit > 2)).toBe(false);
    // The port is locked while it is open: that it opens again means that it was closed.
    const wire = await openerOf(settings)({ data: () => {}, closed: () => {} }, new AbortController().signal);
    expect(wire.isOpen).toBe(true);
    await wire.destroy();
  });

  test("ends at once where there is no line", async () => {
    const line = { id: "l", transport: "tcp", host: "127.0.0.1", port: await freePort() } as const;
    const { events, found } = await scanned({ lines: [line], units: upTo(200) });
    expect(found).toBe(0);
    expect(events.filter((event) => event.is === "finding")).toMatchObject([{ code: "closed" }]);
    expect(events.at(-1)).toMatchObject({ is: "end", asked: 1, of: 200 });
  });

  test("of a gateway that hangs up on strangers goes on", async () => {
    const slave = await startSlave("tcp", (question, device) => {
      if (question.unit === 3) return answerAll(question, device);
      setImmediate(() => slave.reset());
      return [];
    });
    nameless(slave, 3);
    const { settings } = slave;
    const { rows } = await scanned({ lines: [settings], units: upTo(3) });
    expect(rows.map(({ unit }) => unit)).toEqual(["3"]);
  });
});

describe("an answer that comes after the wait", () => {
  test.each(["rtu", "rtu-over-tcp", "tcp", "udp", "ascii"] as const)(
    "is of the unit that was asked, and nobody is found elsewhere, on %s",
    async (kind) => {
      const slave = await startSlave(kind, (question, device) =>
        only(3)(question, device).map((one) => ({ ...one, after: 250 })),
      );
      const { rows, found } = await scanned({ lines: [slave.settings], units: upTo(10) }, around({ deviceMs: 30 }));
      expect(rows.map(({ unit, answer }) => [unit, answer])).toEqual([
        ["3", "late: unit 3 needs longer than the wait, ask with --wait 1s"],
      ]);
      expect(found).toBe(1);
    },
  );

  test.each(["rtu", "rtu-over-tcp", "tcp", "udp", "ascii"] as const)(
    "is heard of the last unit too, within the bound, on %s",
    async (kind) => {
      const slave = await startSlave(kind, (question, device) =>
        only(2)(question, device).map((one) => ({ ...one, after: kind === "tcp" || kind === "udp" ? 150 : 250 })),
      );
      const { rows, found } = await scanned({ lines: [slave.settings], units: upTo(2) }, around({ deviceMs: 30 }));
      expect(rows.map(({ unit, answer }) => [unit, answer])).toEqual([
        ["2", "late: unit 2 needs longer than the wait, ask with --wait 1s"],
      ]);
      expect(found).toBe(1);
    },
  );

  test("is told by the probe too", async () => {
    const slave = await startSlave("tcp", (question, device) =>
      only(1)(question, device).map((one) => ({ ...one, after: 250 })),
    );
    const { outcome, findings } = await probed(slave.settings, {}, around({ deviceMs: 100 }));
    expect(outcome).toBe("odd");
    expect(findings[0]).toMatchObject({ code: "late", check: ["Ask with --wait 1s."] });
  });
});

describe("on other protocols", () => {
  test("meters say their number", async () => {
    const { line } = await simulated(
      "{ id: energy, transport: dlt645, meters: [{ id: kwh, model: dlt645-2007, unit: '000012345678' }] }",
    );
    const { rows } = await scanned({ lines: [lineOf(line)], units: [] }, around());
    expect(rows.map(({ unit }) => unit)).toEqual(["000012345678"]);
  });

  test("modules say their name", async () => {
    const { line } = await simulated("{ id: analog, transport: dcon, meters: [{ id: ai, model: m7017, unit: 2 }] }");
    const { rows } = await scanned({ lines: [lineOf(line)], units: upTo(3) }, around({ deviceMs: 50 }));
    expect(rows).toMatchObject([{ unit: "02", identity: [{ what: "name", text: expect.stringContaining("7017") }] }]);
  });

  test("modules are asked with and without checksums, and the time for both is counted", async () => {
    const { line } = await simulated(
      "{ id: analog, transport: dcon, checksum: true, meters: [{ id: ai, model: m7017, unit: 2 }] }",
    );
    const { rows, events } = await scanned({ lines: [lineOf(line)], units: upTo(3) }, around({ deviceMs: 50 }));
    expect(rows).toMatchObject([{ unit: "02", answer: "answers with checksums" }]);
    expect(events[0]).toMatchObject({ is: "bound", questions: 6 });
  });
});
