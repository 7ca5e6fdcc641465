import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import type { BusFailure, Exchange } from "../../../drivers/driver.ts";
import { type ModbusBus, openBus } from "../../../drivers/modbus/bus.ts";
import { RtuFraming } from "../../../drivers/modbus/framing-rtu.ts";
import { identityPart, legible, readIdentity, serverId } from "../../../drivers/modbus/identity.ts";
import { readAdu } from "../../../drivers/modbus/request.ts";
import { parseScenario } from "../../../simulator/scenario.ts";
import { simulate } from "../../../simulator/simulation.ts";
import { kinds, startSlave, withCrc } from "./slave.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");
const texts = (objects: ReadonlyMap<number, Buffer>) => [...objects].map(([id, text]) => [id, text.toString("latin1")]);

test("the example of the standard, whose first reply counts the objects of the second too", () => {
  // Modbus Application Protocol V1.1b3, 6.21: "Company identification", "Product code XX", then "V2.11"; with unit 1 before it.
  const company = Buffer.from("Company identification").toString("hex");
  const first = identityPart(bytes(`01 2b 0e 01 01 ff 02 03 00 16 ${company} 01 0f 50726f6475637420636f6465205858`));
  expect(first && texts(first.objects)).toEqual([
    [0, "Company identification"],
    [1, "Product code XX"],
  ]);
  expect(first?.next).toBe(2);
  const second = identityPart(bytes("01 2b 0e 01 01 00 00 03 02 05 56322e3131"));
  expect(second && texts(second.objects)).toEqual([[2, "V2.11"]]);
  expect(second?.next).toBeUndefined();
});

/** The same example, as unit id and PDU of question and reply. */
const company = Buffer.from("Company identification").toString("hex");
const example = [
  ["01 2b 0e 01 00", `01 2b 0e 01 01 ff 02 03 00 16 ${company} 01 0f 50726f6475637420636f6465205858`],
  ["01 2b 0e 01 02", "01 2b 0e 01 01 00 00 03 02 05 56322e3131"],
] as const;

test.each([...kinds])("a device is read to its end whose replies count the objects of them all: %s", async (kind) => {
  const slave = await startSlave(kind, () => []);
  for (const [asked, reply] of example) slave.answer(bytes(asked), bytes(reply));
  const bus = openBus(slave.settings, systemClock, slave.options);
  onTestFinished(() => bus.close());
  const { objects, failure } = await readIdentity(bus, 1);
  expect(failure).toBeUndefined();
  expect(texts(objects)).toEqual([
    [0, "Company identification"],
    [1, "Product code XX"],
    [2, "V2.11"],
  ]);
  expect(bus.counters()).toMatchObject({ requests: 2, replies: 2, failures: {}, discardedBytes: 0 });
});

const identityReply = fc
  .tuple(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 12 }), fc.nat(255))
  .filter(
    ([objects, told]) => 8 + objects.reduce((sum, { length }) => sum + 2 + length, 0) <= 254 && told >= objects.length,
  )
  .map(([objects, told]) => {
    const parts = objects.map((object, id) => Buffer.concat([Buffer.from([id, object.length]), object]));
    return Buffer.concat([Buffer.from([1, 43, 14, 1, 1, 255, objects.length, told]), ...parts]);
  });

/** Behind the header, and behind each object. */
function endsOf(reply: Buffer): number[] {
  const ends = [8];
  for (let end = 8; end < reply.length; ends.push(end)) end += 2 + reply.readUInt8(end + 1);
  return ends;
}

test("an RTU reply is found whatever number of objects it tells beyond those it holds, and however it is cut up", () => {
  fc.assert(
    fc.property(identityReply, fc.array(fc.nat(260), { maxLength: 8 }), (reply, cuts) => {
      const frame = withCrc(reply);
      // That the CRC holds behind an earlier object by chance is the one thing that cannot be told.
      fc.pre(
        !endsOf(reply).some(
          (end) => end < reply.length && withCrc(frame.subarray(0, end)).equals(frame.subarray(0, end + 2)),
        ),
      );
      const framing = new RtuFraming(900);
      const adu = withCrc(bytes("01 2b 0e 01 00"));
      framing.ask(readAdu(adu, 0, 100), adu);
      const heard = [0, ...cuts.sort((a, b) => a - b), frame.length].flatMap((cut, i, all) => {
        const meaning = i === 0 ? undefined : framing.hear(Buffer.from(frame.subarray(all[i - 1], cut)), 0);
        return meaning === undefined ? [] : [meaning];
      });
      expect(heard).toEqual([{ is: "reply", frame }]);
    }),
  );
});

test("whatever is no identification, or ends within an object, is none", () => {
  for (const hex of [
    "",
    "01 2b 0e 01 01 00 00",
    "01 2b 0d 01 01 00 00 00",
    "01 ab 01",
    "01 2b 0e 01 01 00 00 01 00 05 41",
  ])
    expect(identityPart(bytes(hex)), hex).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 260 }), (tail) => {
      const part = identityPart(Buffer.concat([bytes("01 2b 0e 01 01 00 00 01"), tail]));
      const held = [...(part?.objects.values() ?? [])].reduce((sum, { length }) => sum + length, 0);
      expect(held).toBeLessThanOrEqual(tail.length);
    }),
  );
});

/** A bus on which a device gives these replies, one after another. */
function answering(...replies: readonly string[]): ModbusBus {
  const at = systemClock.now();
  const failure: BusFailure = { code: "E_BUS_TIMEOUT", detail: "no reply" };
  const left = [...replies];
  return {
    line: "scripted",
    transact: async (): Promise<Exchange> => {
      const reply = left.shift();
      return reply === undefined
        ? { failure, sent: at, received: at }
        : { reply: bytes(reply), sent: at, received: at };
    },
    counters: () => ({ requests: 0, replies: 0, failures: {}, discardedBytes: 0, quarantines: 0, rebuilds: 0 }),
    close: async () => {},
  };
}

test("a device that leads in circles is left, and what was learnt before it fell silent is kept", async () => {
  const again = "01 2b 0e 01 01 ff 01 01 00 01 41";
  const circle = await readIdentity(answering(again, again, again), 1);
  expect(circle.failure?.detail).toContain("circles");
  const silent = await readIdentity(answering(again), 1);
  expect(texts(silent.objects)).toEqual([[0, "A"]]);
  expect(silent.failure?.code).toBe("E_BUS_TIMEOUT");
});

test("a server id is what its count says", () => {
  expect(serverId(bytes("01 11 03 2a ff 41"))).toEqual(bytes("2a ff 41"));
  expect(serverId(bytes("01 11 04 2a ff 41"))).toBeUndefined();
});

test.each(["tcp", "udp", "rtu", "rtu-over-tcp", "ascii", "ascii-over-tcp"] as const)(
  "a simulated meter says who it is, in as many replies as it takes: %s",
  async (transport) => {
    const port = transport === "rtu" || transport === "ascii" ? "" : "port: 0, ";
    const text = `{ about: x, lines: [{ id: line, transport: ${transport}, ${port}meters: [{ id: m, model: s430, unit: 11 }, { id: n, model: ai8, unit: 12 }] }] }`;
    const simulation = await simulate(parseScenario(text, "test"), { seed: 2 });
    onTestFinished(simulation.close);
    const [line] = simulation.lines;
    if (line === undefined) throw new Error("no line");
    const settings = "path" in line ? { ...line, parity: "none", dataBits: 8, stopBits: 1 } : line;
    const bus = openBus(settings as Parameters<typeof openBus>[0], systemClock);
    onTestFinished(() => bus.close());
    const { objects, failure } = await readIdentity(bus, 11);
    expect(failure).toBeUndefined();
    expect(texts(objects)).toEqual([
      [0, "SUTO"],
      [1, "S430"],
      [2, "2.1"],
    ]);
    const { reply } = await bus.transact({ unit: 11, request: { functionCode: 17 } });
    expect(serverId(reply ?? Buffer.alloc(0))).toEqual(Buffer.from("\x01\xffSUTO S430 2.1", "latin1"));
    expect((await readIdentity(bus, 12)).failure).toMatchObject({ code: "E_BUS_EXCEPTION", exception: 1 });
  },
);

test("bytes that cannot be printed are shown as such", () => {
  expect(legible(bytes("00 53 49 43 4b 01 ff 20 00"))).toBe("SICK[01ff]");
});
