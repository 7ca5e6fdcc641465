import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../drivers/clock.ts";
import type { RegisterRead } from "../../drivers/driver.ts";
import type { ModbusLine } from "../../drivers/line/settings.ts";
import { openBus } from "../../drivers/modbus/bus.ts";
import type { Question } from "../../drivers/modbus/dialect.ts";
import { trueReply, withCrc, withLrc, withMbap } from "../drivers/modbus/slave.ts";
import { needs } from "../support/system.ts";
import { tempDir } from "../support/temporary.ts";

/** How a frame lies in the capture: in a TCP stream or a UDP datagram to port 502, or as the frame itself (link type USER0). */
type Carrier = "tcp" | "udp" | "bare";

interface Kind {
  readonly line: ModbusLine;
  readonly carrier: Carrier;
  /** The dissector that is told to read it. */
  readonly dissector: "mbtcp" | "mbudp" | "mbrtu";
  /** Wireshark knows no Modbus ASCII. Unit id and PDU of such a frame are put into an RTU frame, after a look at the rest by hand. */
  readonly ascii?: true;
}

const there = { host: "127.0.0.1", port: 502 } as const;
const serial = { path: "/dev/none", baud: 115_200, parity: "none", dataBits: 8, stopBits: 1 } as const;

/** One line here is one more kind of line that is judged. */
const kinds: readonly Kind[] = [
  { line: { id: "tcp", transport: "tcp", ...there }, carrier: "tcp", dissector: "mbtcp" },
  { line: { id: "udp", transport: "udp", ...there }, carrier: "udp", dissector: "mbudp" },
  { line: { id: "over", transport: "rtu-over-tcp", ...there, baud: 115_200 }, carrier: "tcp", dissector: "mbrtu" },
  { line: { id: "rtu", transport: "rtu", ...serial }, carrier: "bare", dissector: "mbrtu" },
  { line: { id: "ascii", transport: "ascii", ...serial }, carrier: "bare", dissector: "mbrtu", ascii: true },
];

/** Unit id and PDU of an ASCII frame: a colon, digits and capitals in pairs, whose bytes come to 0 with their LRC, CR and LF. */
function inAscii(frame: Buffer): Buffer {
  const [, digits = ""] = /^:((?:[0-9A-F]{2})+)\r\n$/.exec(frame.toString("latin1")) ?? [];
  const bytes = Buffer.from(digits, "hex");
  expect([digits !== "", bytes.reduce((sum, byte) => sum + byte, 0) % 256]).toEqual([true, 0]);
  return bytes.subarray(0, -1);
}

const registers: readonly (RegisterRead & { unit: number })[] = [
  { unit: 1, functionCode: 1, start: 0, count: 1 },
  { unit: 17, functionCode: 1, start: 19, count: 2000 },
  { unit: 1, functionCode: 2, start: 196, count: 22 },
  { unit: 247, functionCode: 2, start: 65_535, count: 1 },
  { unit: 1, functionCode: 3, start: 107, count: 3 },
  { unit: 17, functionCode: 3, start: 0, count: 125 },
  { unit: 1, functionCode: 4, start: 8, count: 1 },
  { unit: 247, functionCode: 4, start: 65_411, count: 125 },
];
const others: readonly Question[] = [
  { unit: 1, request: { functionCode: 17 } },
  { unit: 1, request: { functionCode: 43, access: 1, object: 0 } },
  { unit: 247, request: { functionCode: 43, access: 4, object: 2 } },
  { unit: 1, request: { functionCode: 102, data: "0001", replyBytes: 4 } },
];

/** Wireshark's RTU dissector passes over frames of 4 bytes, the shortest there are; function 17 is judged in the other framings. */
const judged = ({ dissector }: Kind): readonly Question[] =>
  others.filter(({ request }) => dissector !== "mbrtu" || request.functionCode !== 17);

/** The reply (unit id and PDU) of a device that has all of it. */
function replyTo(adu: Buffer): Buffer {
  const [unit = 0, functionCode = 0, , access = 0, object = 0] = adu;
  if (functionCode === 17) return Buffer.from([unit, 17, 2, 0x42, 0xff]);
  if (functionCode === 43) return Buffer.from([unit, 43, 14, access, 0x81, 0, 0, 1, object, 2, 0x41, 0x42]);
  if (functionCode > 4) return Buffer.from([unit, functionCode, 1, 2, 3, 4]);
  const [start, count] = [adu.readUInt16BE(2), adu.readUInt16BE(4)];
  return trueReply({ unit, functionCode: functionCode as RegisterRead["functionCode"], start, count, transaction: 0 });
}

/** What our bus puts on the wire for all requests, answered truly; everything it sends is kept, its own probes too. */
async function sentBy(kind: Kind): Promise<readonly Buffer[]> {
  const { line } = kind;
  const asked = [...registers.map(({ unit, ...request }) => ({ unit, request })), ...judged(kind)];
  const sent: Buffer[] = [];
  const headed = line.transport === "tcp" || line.transport === "udp";
  const answer = (frame: Buffer): Buffer =>
    kind.ascii
      ? withLrc(replyTo(inAscii(frame)))
      : headed
        ? withMbap(replyTo(frame.subarray(6)), frame.readUInt16BE(0))
        : withCrc(replyTo(frame.subarray(0, -2)));
  const bus = openBus(line, systemClock, {
    marginMs: 20,
    openWire: async (events) => ({
      isOpen: true,
      write: (bytes, drained) => {
        const frame = Buffer.from(bytes);
        sent.push(frame);
        drained();
        queueMicrotask(() => events.data(answer(frame)));
      },
      destroy: async () => {},
    }),
  });
  for (const question of asked) {
    const { failure } = await bus.transact(question, { deviceMs: 20 });
    expect({ question, failure }).toEqual({ question, failure: undefined });
  }
  await bus.close();
  return sent;
}

const linkTypes = { tcp: ["-T", "40000,502"], udp: ["-u", "40000,502"], bare: ["-l", "147"] } as const;

/** What tshark sees in each frame: `fields`, a column each. CRCs are checked, and any remark of its own is seen as well. */
function dissect(frames: readonly Buffer[], { carrier, dissector }: Kind, fields: readonly string[]): string[][] {
  const folder = tempDir();
  const [dump, capture] = [join(folder, "dump"), join(folder, "capture.pcap")];
  const hex = (bytes: Buffer): string => bytes.toString("hex").replace(/../g, " $&");
  writeFileSync(dump, frames.map((bytes) => `000000${hex(bytes)}\n`).join(""));
  execFileSync("text2pcap", ["-q", "-F", "pcap", ...linkTypes[carrier], dump, capture], { stdio: "pipe" });
  const how =
    carrier === "bare"
      ? ["-o", `uat:user_dlts:"User 0 (DLT=147)","${dissector}","0","","0",""`]
      : ["-d", `${carrier}.port==502,${dissector}`];
  const args = ["-r", capture, ...how, "-o", "mbrtu.crc_verification:TRUE", "-T", "fields", "-E", "separator=|"];
  // A home of its own: nobody's preferences decide what is seen.
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder };
  const text = execFileSync("tshark", [...args, ...fields.flatMap((field) => ["-e", field])], {
    encoding: "utf8",
    env,
    stdio: "pipe",
  });
  return text
    .trimEnd()
    .split("\n")
    .map((row) => row.split("|"));
}

const remarks = ["_ws.malformed", "_ws.expert.message"];

needs("tshark").describe("tshark reads every frame we send", () => {
  test.each(kinds)("$line.transport as $dissector", async (kind) => {
    const frames = await sentBy(kind);
    const sent = kind.ascii ? frames.map((frame) => withCrc(inAscii(frame))) : frames;
    const unit = kind.dissector === "mbrtu" ? "mbrtu.unit_id" : "mbtcp.unit_id";
    const fields = [...remarks, unit, "modbus.func_code", "modbus.reference_num"];
    const seen = dissect(sent, kind, [...fields, "modbus.bit_cnt", "modbus.word_cnt"]);
    expect(seen.map(([malformed, remark]) => [malformed, remark])).toEqual(sent.map(() => ["", ""]));
    const asked = seen.map((row) =>
      row
        .slice(2)
        .filter((value) => value !== "")
        .map(Number),
    );
    expect(asked.slice(0, registers.length)).toEqual(
      registers.map(({ unit, functionCode, start, count }) => [unit, functionCode, start, count]),
    );
    expect(asked.slice(registers.length)).toEqual(
      judged(kind).map(({ unit, request }) => expect.arrayContaining([unit, request.functionCode])),
    );
  });

  const asSent = kinds.filter(({ ascii }) => ascii === undefined);
  test.each(asSent)(
    "$line.transport as $dissector: it would say so if one byte were missing or wrong",
    async (kind) => {
      const [frame = Buffer.alloc(0)] = await sentBy(kind);
      const short = frame.subarray(0, -1);
      const wrong = Buffer.from(frame);
      const at = kind.dissector === "mbrtu" ? frame.length - 1 : 2;
      wrong[at] = (wrong[at] ?? 0) ^ 0x55;
      for (const bad of [short, wrong]) {
        const [[malformed = "", remark = "", functionCode = ""] = []] = dissect([bad], kind, [
          ...remarks,
          "modbus.func_code",
        ]);
        expect({ remarked: malformed + remark !== "", read: functionCode !== "" }).not.toEqual({
          remarked: false,
          read: true,
        });
      }
    },
  );
});
