import { describe, expect, test } from "vitest";
import { decodeValue } from "../../../drivers/dcon/decode.ts";
import { DconFraming } from "../../../drivers/dcon/framing.ts";
import { encodeCommand, type ModuleRequest } from "../../../drivers/dcon/request.ts";
import { decodeMeter, type MeterType } from "../../../drivers/dlt645/decode.ts";
import { MeterFraming, readReply } from "../../../drivers/dlt645/framing.ts";
import { type Edition, encodeRead, type MeterRequest } from "../../../drivers/dlt645/request.ts";
import type { Heard } from "../../../drivers/line/dialect.ts";
import { createEnergyMeter } from "../../../simulator/meters/dlt645.ts";
import { createModule } from "../../../simulator/meters/m7017.ts";
import type { Speaker } from "../../../simulator/meters/spoken.ts";
import { unit350 } from "../../../simulator/plant/combustion.ts";
import { startPlant } from "../../../simulator/plant/world.ts";
import { dconReader } from "../../../simulator/wire/dcon.ts";
import { dlt645Reader } from "../../../simulator/wire/dlt645.ts";
import type { Reader } from "../../../simulator/wire/framing.ts";

const look = startPlant(unit350, 1, () => 100);
const unit = "000000123456";

/** What a device answers to these bytes, in its envelope, and what it showed. */
function answers(device: Speaker, at: string | number, reader: Reader, bytes: Buffer) {
  const [request] = reader.push(bytes).requests;
  const said = request && device.ask(request.pdu);
  return said && { frame: request.wrap(at, said.pdu), shown: said.shown };
}

const frameOf = <A>(heard: Heard<A> | undefined): Buffer => {
  if (heard?.is !== "reply") throw new Error(`no reply: ${JSON.stringify(heard)}`);
  return heard.frame;
};

describe.each([
  [
    "2007",
    [
      "import 00010000 bcd 4",
      "u1 02010100 bcd 2",
      "u3 0201FF00+4 bcd 2",
      "i2 02020200 sbcd 3",
      "power 02030000 sbcd 3",
      "p3 0203FF00+9 sbcd 3",
      "factor 02060000 sbcd 2",
      "frequency 02800002 bcd 2",
    ],
  ],
  [
    "1997",
    [
      "import 9010 bcd 4",
      "export 9020 bcd 4",
      "u2 B612 bcd 2",
      "u3 B61F+4 bcd 2",
      "i1 B621 bcd 2",
      "power B630 bcd 3",
      "factor B650 bcd 2",
    ],
  ],
] as const)("an energy meter of the %s edition", (edition: Edition, points) => {
  const meter = (): Speaker => createEnergyMeter({ id: "m", model: `dlt645-${edition}`, unit, seed: 1, look });
  const request = (di: string): MeterRequest => ({ edition, read: "data", di });
  const read = (device: Speaker, di: string) => {
    const framing = new MeterFraming(1000);
    const bytes = encodeRead(unit, request(di));
    framing.ask({ unit, request: request(di), at: 0, until: 100 }, bytes);
    const said = answers(device, unit, dlt645Reader(), bytes);
    if (said === undefined) throw new Error("silent");
    return { heard: framing.hear(said.frame, 10), shown: said.shown };
  };

  test.each(points)("what it shows is what is read: %s", (text) => {
    const [point = "", at = "", type, bytes] = text.split(" ");
    const [di = "", offset = "0"] = at.split("+");
    const { heard, shown } = read(meter(), di);
    const { data } = readReply(request(di), frameOf(heard));
    const raw = decodeMeter({ type: type as MeterType, bytes: Number(bytes) }, data, Number(offset));
    expect(String(raw)).toBe(shown.points[point]);
    expect(Number(raw)).toBeGreaterThan(0);
    expect(shown.values).toBe(data.toString("hex"));
  });

  test("a phase that is not there is no number", () => {
    const device = meter();
    device.setCondition("malfunction");
    const di = edition === "2007" ? "0201FF00" : "B61F";
    const { heard, shown } = read(device, di);
    const { data } = readReply(request(di), frameOf(heard));
    expect(decodeMeter({ type: "bcd", bytes: 2 }, data, 4)).toBeUndefined();
    expect(Object.keys(shown.points)).toEqual(["u1", "u2"]);
  });

  test("it refuses what it has not got", () => {
    const { heard, shown } = read(meter(), edition === "2007" ? "0F0F0F0F" : "C0C0");
    // The error byte is 2 in both editions.
    const why = edition === "2007" ? /no such data/ : /data identifier/;
    expect(heard).toMatchObject({
      is: "reply",
      failure: { code: "E_BUS_EXCEPTION", detail: expect.stringMatching(why) },
    });
    expect(shown.exception).toBe(2);
  });

  test("it does not react to the other edition, nor to a broadcast", () => {
    const other = encodeRead(
      unit,
      edition === "2007"
        ? { edition: "1997", read: "data", di: "9010" }
        : { edition: "2007", read: "data", di: "00010000" },
    );
    expect(answers(meter(), unit, dlt645Reader(), other)).toBeUndefined();
    expect(meter().ask(Buffer.from([0x08, 1, 2, 3, 4, 5, 6]))).toBeUndefined();
  });
});

test("a 2007 meter says its address to whoever asks anyone", () => {
  const device = createEnergyMeter({ id: "m", model: "dlt645-2007", unit, seed: 1, look });
  const asked: MeterRequest = { edition: "2007", read: "address" };
  const framing = new MeterFraming(1000);
  const bytes = encodeRead("AAAAAAAAAAAA", asked);
  framing.ask({ unit: "AAAAAAAAAAAA", request: asked, at: 0, until: 100 }, bytes);
  const said = answers(device, unit, dlt645Reader(), bytes);
  const { address, data } = readReply(asked, frameOf(framing.hear(said?.frame ?? Buffer.alloc(0), 10)));
  expect([address, decodeMeter({ type: "digits", bytes: 6 }, data, 0)]).toEqual([unit, unit]);
});

describe.each([false, true])("an input module (checksum: %s)", (checksum) => {
  const device = (): Speaker => createModule({ id: "ai", seed: 1, look, checksum });
  const read = (request: ModuleRequest, module = device()) => {
    const framing = new DconFraming(1000, checksum);
    const bytes = encodeCommand(1, request, checksum);
    framing.ask({ unit: 1, request, at: 0, until: 100 }, bytes);
    const said = answers(module, 1, dconReader(checksum), bytes);
    return { line: said && frameOf(framing.hear(said.frame, 10)).toString("latin1"), shown: said?.shown };
  };

  test("what it shows is what is read, together and one by one", () => {
    const { line = "", shown } = read({ read: "all", values: 8, form: "decimal" });
    const values = Array.from({ length: 8 }, (_, index) => String(decodeValue("decimal", line, index)));
    expect(values).toEqual(Object.values(shown?.points ?? {}));
    expect(values.slice(6)).toEqual(["0", "0"]);
    expect(
      values
        .slice(0, 6)
        .map(Number)
        .every((milliamperes) => milliamperes > 4 && milliamperes < 20),
    ).toBe(true);
    const { line: single = "" } = read({ read: "channel", channel: 3, form: "decimal" });
    expect(String(decodeValue("decimal", single, 0))).toBe(values[3]);
  });

  test("it says what it is", () => {
    expect(read({ read: "name" }).line).toBe("!017017");
    expect(read({ read: "configuration" }).line).toBe(checksum ? "!010D0640" : "!010D0600");
  });

  test("it has eight channels, and other commands are invalid", () => {
    expect(read({ read: "channel", channel: 8, form: "decimal" }).line).toBeUndefined();
    expect(device().ask(Buffer.from("%020D0600"))?.pdu.toString()).toBe("?");
  });

  test("a broken wire carries nothing", () => {
    const module = device();
    module.setCondition("malfunction");
    const { line } = read({ read: "all", values: 8, form: "decimal" }, module);
    expect(line).toBe(`>${"+00.000".repeat(8)}`);
  });
});
