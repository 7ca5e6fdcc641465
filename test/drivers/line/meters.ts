import { systemClock } from "../../../drivers/clock.ts";
import { type MeterBus, openMeterLine } from "../../../drivers/dlt645/driver.ts";
import type { Cut, Heard } from "./device.ts";
import type { Tongue } from "./tongue.ts";

/** DL/T 645-2007 and -1997, 5.2 and 7: 68 A0..A5 68 C L DATA CS 16, data with 33 added, lowest byte first. */
type Q = Parameters<MeterBus["transact"]>[0];

const swap = (hex: string): string => (hex.match(/../g) ?? []).reverse().join("");
function frame(address: string, control: number, data: string): Buffer {
  const body = Buffer.from(`68${swap(address)}68${control.toString(16).padStart(2, "0")}`, "hex");
  const moved = Array.from(Buffer.from(data, "hex"), (byte) => (byte + 0x33) % 256);
  const summed = [...body, moved.length, ...moved];
  return Buffer.from([...summed, summed.reduce((a, b) => a + b) % 256, 0x16]);
}

/** Control code of a read by the digits of its identifier, as is that of its reply and refusal with 80 and 40 added. */
const read = (di: string): number => (di.length === 8 ? 0x11 : 0x01);

const cut: Cut = (bytes) => {
  const questions: Heard[] = [];
  let at = 0;
  while (bytes.length - at >= 12) {
    const length = 12 + (bytes[at + 9] ?? 0);
    const data = Buffer.from(bytes.subarray(at + 10, at + length - 2)).map((byte) => byte - 0x33);
    const unit = swap(bytes.toString("hex", at + 1, at + 7));
    const what = swap(Buffer.from(data).toString("hex")).toUpperCase();
    const mine = what !== "" && frame(unit, read(what), swap(what)).equals(bytes.subarray(at, at + length));
    if (!mine && bytes[at] === 0x68 && at + length > bytes.length && length <= 16) break;
    if (mine) questions.push({ unit, what });
    at += mine ? length : 1;
  }
  return { questions, left: bytes.subarray(at) };
};

/** Four digits that say whose value it is; those of the meter are the last of its address. */
const identifiers = ["00010000", "02010100", "02010200", "04000401", "9010", "B611", "B612", "00020000"];
const mark = ({ unit, what }: Heard): string => `${unit.slice(-2)}${String(identifiers.indexOf(what) + 10)}`;

const good = (heard: Heard, time: number): Buffer => {
  const moving = String(time % 10_000).padStart(4, "0");
  return frame(heard.unit, read(heard.what) | 0x80, swap(heard.what) + swap(mark(heard) + moving));
};

export function meters(name: string, dis: readonly string[]): Tongue<Q> {
  const asks = (unit: string, di: string): Q => {
    const edition = di.length === 8 ? "2007" : "1997";
    return { unit, request: { edition, read: "data", di } };
  };
  const units = ["000000000011", "000000000012", "123456789013"];
  const heardAs = ({ unit, request }: Q): Heard => ({ unit, what: request.read === "data" ? request.di : "" });
  return {
    name,
    cut,
    open: ({ at, openWire }, { turnaround, ...options }) => {
      const settings =
        "path" in at
          ? ({ transport: "dlt645", ...at, parity: "even", dataBits: 8, stopBits: 1 } as const)
          : ({ transport: "dlt645-over-tcp", ...at } as const);
      const line = { id: name, baud: 115_200, ...settings, ...(turnaround !== undefined && { turnaround }) };
      return openMeterLine(line, systemClock, { ...options, ...(openWire && { openWire }) });
    },
    questions: dis.flatMap((di) => units.map((unit) => asks(unit, di))),
    greeting: asks("000000000099", dis[0] ?? ""),
    refused: [
      asks("999999999999", dis[0] ?? ""),
      asks("12", dis[0] ?? ""),
      asks("0000000000AA", dis[0] ?? ""),
      asks("000000000011", "000100"),
      asks("000000000011", "0001000000"),
      asks("000000000011", "wxyz"),
    ],
    heardAs,
    asked: (question) => {
      const { unit, what } = heardAs(question);
      return Buffer.concat([Buffer.alloc(4, 0xfe), frame(unit, read(what), swap(what))]);
    },
    reply: good,
    refusal: ({ unit, what }) => frame(unit, read(what) | 0xc0, "02"),
    stranger: ({ unit, what }) => good({ unit, what: what === dis[0] ? (dis[1] ?? "") : (dis[0] ?? "") }, 0),
    otherMaster: () => frame("000000000077", read(dis[0] ?? ""), swap(dis[0] ?? "")),
    spoilt: (whole) => Buffer.from(whole.map((byte, i) => (i === whole.length - 3 ? byte ^ 1 : byte))),
    kept: (whole) => whole,
    tells: (question, kept) => {
      const data = Buffer.from(kept.subarray(-6, -2)).map((byte) => byte - 0x33);
      return swap(Buffer.from(data).toString("hex")).startsWith(mark(heardAs(question)));
    },
  };
}
