import { describe, expect, test } from "vitest";
import { meterFindings } from "../../../agent/probe/meters.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import { encodeRead } from "../../../drivers/dlt645/request.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { around, lineOf, probed, simulated, unit } from "./kit.ts";

const profile = (id: string) => {
  const found = loadCatalogue().profiles.get(id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe("the probe with a profile", () => {
  test("shows each value in all orders and marks the profile's", async () => {
    const { line } = await simulated(
      "{ id: stack, transport: tcp, port: 0, meters: [{ id: cems, model: marsic300, unit: 1 }] }",
    );
    const { outcome, events, text } = await probed(lineOf(line), { ...unit(1), profile: profile("sick/marsic300") });
    expect(outcome).toBe("good");
    const so2 = events.find((event) => event.is === "point" && event.id === "so2");
    expect(so2).toMatchObject({ order: "ABCD" });
    if (so2?.is !== "point") throw new Error("no so2");
    expect(so2.readings.filter(({ best }) => best).map(({ order }) => order)).toEqual(["ABCD"]);
    expect(events.find((event) => event.is === "answers")).toMatchObject({ unit: "1", asked: 5, answered: 5 });
    for (const row of text.split("\n")) expect(row.length).toBeLessThanOrEqual(80);
  });

  test("a device that is silent now and then does not answer as it should", async () => {
    const { line } = await simulated(
      "{ id: stack, transport: tcp, port: 0, meters: [{ id: cems, model: marsic300, unit: 1, faults: [{ kind: silence, requests: [2, 3] }] }] }",
    );
    const { outcome, text } = await probed(lineOf(line), unit(1));
    expect(outcome).toBe("odd");
    expect(text).toContain("answers 3 of 5 times");
  });

  test("a device that answers twice over TCP is told of", async () => {
    const { line } = await simulated(
      "{ id: stack, transport: rtu, meters: [{ id: flow, model: s430, unit: 2, faults: [{ kind: duplicate, ms: 10 }] }] }",
    );
    const { findings } = await probed(lineOf(line), unit(2));
    expect(findings[0]).toMatchObject({ code: "two-devices" });
  });
});

describe("energy meters", () => {
  test("say their number and their energy to whoever asks", async () => {
    const { line } = await simulated(
      "{ id: energy, transport: dlt645, meters: [{ id: kwh, model: dlt645-2007, unit: '000012345678' }] }",
    );
    const { outcome, text } = await probed(lineOf(line));
    expect(outcome).toBe("good");
    expect(text).toContain("Meter 000012345678 answers");
    expect(text).toMatch(/energy \(2007, 00010000\) +\d+\.\d\d kWh/);
  });

  test("of 1997 too, which do not know how to say it", async () => {
    const { line } = await simulated(
      "{ id: energy, transport: dlt645, meters: [{ id: kwh, model: dlt645-1997, unit: '000012345678' }] }",
    );
    const { text } = await probed(lineOf(line), {}, around({ deviceMs: 50 }));
    expect(text).toMatch(/energy \(1997, 9010\) +\d+\.\d\d kWh/);
  });

  test("two at once: the answers cannot be read, or a second follows the first", () => {
    const now = { wall: millis(0), mono: millis(0) };
    const sent = encodeRead("AAAAAAAAAAAA", { edition: "2007", read: "address" });
    const reply = Buffer.from("681111111111116893064444444444441016", "hex");
    const attempt = { sent, ms: 1, reached: true, before: Buffer.alloc(0) };
    const twice = {
      ...attempt,
      received: Buffer.concat([reply, reply]),
      exchange: { reply, sent: now, received: now },
    };
    expect(meterFindings("AAAAAAAAAAAA", twice).map(({ code }) => code)).toEqual(["two-devices"]);
    const failure = { code: "E_BUS_CHECKSUM", detail: "20 bytes that are no reply" } as const;
    const spoilt = {
      ...attempt,
      received: Buffer.concat([sent, reply]),
      exchange: { failure, sent: now, received: now },
    };
    expect(meterFindings("AAAAAAAAAAAA", spoilt).map(({ code }) => code)).toEqual(["echo", "two-devices"]);
  });
});

describe("analog modules", () => {
  test("say their name and their values", async () => {
    const { line } = await simulated("{ id: analog, transport: dcon, meters: [{ id: ai, model: m7017, unit: 1 }] }");
    const { outcome, text } = await probed(lineOf(line));
    expect(outcome).toBe("good");
    expect(text).toContain("7017");
    expect(text).toMatch(/channel 7 +[+-]/);
  });

  test("with checksums on a line that says without", async () => {
    const { line } = await simulated(
      "{ id: analog, transport: dcon, checksum: true, meters: [{ id: ai, model: m7017, unit: 1 }] }",
    );
    const { outcome, findings } = await probed(lineOf(line), unit(1), around({ deviceMs: 10 }));
    expect(outcome).toBe("odd");
    expect(findings.at(-1)).toMatchObject({ code: "settings", text: expect.stringContaining("with checksums") });
  });
});
