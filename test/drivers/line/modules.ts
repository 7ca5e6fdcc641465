import { systemClock } from "../../../drivers/clock.ts";
import { type ModuleBus, openModuleLine } from "../../../drivers/dcon/driver.ts";
import type { Cut, Heard } from "./device.ts";
import type { Tongue } from "./tongue.ts";

/** DCON as ICP DAS and Advantech print it: a delimiter, the address, a command; the sum of all characters where it is switched on; CR. */
type Q = Parameters<ModuleBus["transact"]>[0];

const sum = (text: string): string =>
  (Array.from(text, (char) => char.charCodeAt(0)).reduce((a, b) => a + b, 0) % 256)
    .toString(16)
    .toUpperCase()
    .padStart(2, "0");
const channels = 8;

/** A sign and five digits: whose value it is by module and channel, whether it was asked for with all others, and two that move. */
const value = (unit: string, channel: number, alone: boolean, moving: string): string =>
  `+${unit.slice(-1)}${channel}.${alone ? 1 : 2}${moving}`;

function answer({ unit, what }: Heard, time: number): string {
  const moving = String(time % 100).padStart(2, "0");
  const texts: Readonly<Record<string, string>> = { $M: `70${unit}`, $2: "080600", $F: `A1.${unit.slice(-1)}` };
  const text = texts[what];
  if (text !== undefined) return `!${unit}${text}`;
  if (what !== "#") return `>${value(unit, Number(what.slice(1)), true, moving)}`;
  return `>${Array.from({ length: channels }, (_, channel) => value(unit, channel, false, moving)).join("")}`;
}

export function modules(name: string, summed: boolean, which: readonly ("all" | "channel" | "text")[]): Tongue<Q> {
  const framed = (text: string): Buffer => Buffer.from(`${text}${summed ? sum(text) : ""}\r`, "latin1");
  const asks = (unit: number): Q[] => [
    ...(which.includes("all") ? [{ unit, request: { read: "all", values: channels, form: "decimal" } } as const] : []),
    ...(which.includes("channel")
      ? [0, 1, 5].map((channel): Q => ({ unit, request: { read: "channel", channel, form: "decimal" } }))
      : []),
    ...(which.includes("text") ? [{ unit, request: { read: "configuration" } } as const] : []),
  ];
  const units = [1, 2, 3];
  const hex = (unit: number): string => unit.toString(16).padStart(2, "0").toUpperCase();
  const heardAs = ({ unit, request }: Q): Heard => {
    const whats = { all: "#", name: "$M", configuration: "$2", firmware: "$F" };
    return { unit: hex(unit), what: request.read === "channel" ? `#${request.channel}` : whats[request.read] };
  };
  const cut: Cut = (bytes) => {
    const lines = bytes.toString("latin1").split("\r");
    const left = Buffer.from(lines.pop() ?? "", "latin1");
    const questions = lines.flatMap((line): Heard[] => {
      const text = summed ? line.slice(0, -2) : line;
      const [, delimiter = "", unit = "", rest = ""] = /^([#$])([0-9A-F]{2})(.?)$/.exec(text) ?? [];
      return unit !== "" && framed(text).equals(Buffer.from(`${line}\r`, "latin1"))
        ? [{ unit, what: delimiter + rest }]
        : [];
    });
    return { questions, left };
  };
  const one = (unit: number, channel: number): Q => ({ unit, request: { read: "channel", channel, form: "decimal" } });
  const kept = (whole: Buffer): Buffer => whole.subarray(0, summed ? -3 : -1);
  const everyAsk = units.map(asks);
  return {
    name,
    cut,
    open: ({ at, openWire }, { turnaround, ...options }) => {
      const settings =
        "path" in at
          ? ({ transport: "dcon", ...at, parity: "none", dataBits: 8, stopBits: 1 } as const)
          : ({ transport: "dcon-over-tcp", ...at } as const);
      const line = {
        id: name,
        baud: 115_200,
        checksum: summed,
        ...settings,
        ...(turnaround !== undefined && { turnaround }),
      };
      return openModuleLine(line, systemClock, { ...options, ...(openWire && { openWire }) });
    },
    questions: (everyAsk[0] ?? []).flatMap((_, i) => everyAsk.flatMap((ask) => ask[i] ?? [])),
    greeting: one(0x99, 0),
    refused: [
      one(256, 0),
      one(-1, 0),
      one(1, 16),
      one(1, -1),
      ...[0, 17].map((values): Q => ({ unit: 1, request: { read: "all", values, form: "decimal" } })),
      { unit: 1, request: { read: "zero" } } as unknown as Q,
    ],
    heardAs,
    asked: (question) => {
      const { unit, what } = heardAs(question);
      return framed(`${what[0]}${unit}${what.slice(1)}`);
    },
    reply: (heard, time) => framed(answer(heard, time)),
    refusal: ({ unit }) => framed(`?${unit}`),
    stranger: () => framed("!777017"),
    otherMaster: () => framed("$77M"),
    ...(summed && {
      spoilt: (whole: Buffer) => Buffer.from(whole.map((byte, i) => (i === whole.length - 5 ? byte ^ 1 : byte))),
    }),
    kept,
    tells: (question, line) => {
      const { unit, what } = heardAs(question);
      const text = line.toString("latin1");
      if (what.startsWith("$")) return text === answer({ unit, what }, 0);
      const times = text.match(/\d\d(?=[+]|$)/g) ?? [];
      return text === answer({ unit, what }, Number(times[0]));
    },
  };
}
