import type { Field } from "../../drivers/fields.ts";
import type { EventBody } from "../../feed/format/body.ts";
import type { ReadingTuple } from "../../feed/format/reading.ts";
import { type ShownFrame, tookMs, valuesAt } from "./tail-shown.ts";

/** The widest line. */
export const width = 100;
const widest = { device: 14, point: 16, value: 11, unit: 7, ms: 6, age: 7 } as const;
const gap = "  ";

/** How wide the columns of names are. */
export interface Columns {
  readonly device: number;
  readonly point: number;
}

export type Paint = (text: string, colour: "good" | "bad" | "gone" | "quiet") => string;
const codes = { good: 32, bad: 33, gone: 31, quiet: 2 } as const;
export const colours: Paint = (text, colour) => `\x1b[${codes[colour]}m${text}\x1b[0m`;
export const noColours: Paint = (text) => text;

/** Columns as wide as the longest name, as far as there is room. */
export const columnsFor = (
  names: readonly { readonly device: string; readonly points: readonly string[] }[],
): Columns => ({
  device: Math.min(widest.device, Math.max(6, ...names.map(({ device }) => device.length))),
  point: Math.min(widest.point, Math.max(5, ...names.flatMap(({ points }) => points.map((point) => point.length)))),
});

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
const left = (text: string, size: number): string => cut(text, size).padEnd(size);
const right = (text: string, size: number): string => text.padStart(size);

/** Local wall time to the millisecond. */
export function wallTime(unixMs: number): string {
  const at = new Date(unixMs);
  const two = (part: number): string => String(part).padStart(2, "0");
  const ms = String(at.getMilliseconds()).padStart(3, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}

export const headLine = ({ device, point }: Columns): string =>
  [
    left("time", 12),
    left("device", device),
    left("point", point),
    right("value", widest.value),
    left("unit", widest.unit),
    "F",
    right("ms", widest.ms),
    right("age", widest.age),
    "why",
  ].join(gap);

/** One line a reading; a reason that does not fit stands alone on the next one. */
export function readingLines(frame: ShownFrame, columns: Columns, now: number, paint: Paint): readonly string[] {
  const { body, device, units } = frame;
  const took = right(String(tookMs(body)), widest.ms);
  const age = right(ageOf(now - valuesAt(body)), widest.age);
  return Object.entries(body.data).flatMap(([channel, reading]) => {
    const [value, flag, reason = ""] = reading;
    const shown = value ?? "-";
    const unit = value === null ? "" : (units[channel] ?? "");
    const cells = [
      wallTime(Date.parse(body.t)),
      left(device, columns.device),
      left(pointOf(channel, device), columns.point),
      // A long value takes the room of the unit, and no digit of it is ever left out.
      shown.length > widest.value
        ? `${shown} ${unit}`.padEnd(widest.value + gap.length + widest.unit)
        : `${right(shown, widest.value)}${gap}${left(unit, widest.unit)}`,
      flag,
      took,
      age,
    ];
    const line = cells.join(gap);
    const colour = colourOf(reading);
    const fits = line.length + gap.length + reason.length <= width;
    const whole = reason !== "" && fits ? `${line}${gap}${reason}` : line;
    const more = reason !== "" && !fits ? [paint(cut(`${" ".repeat(14)}${reason}`, width), colour)] : [];
    return [colour === "good" ? whole : paint(whole, colour), ...more];
  });
}

const colourOf = ([value, flag]: ReadingTuple): "good" | "bad" | "gone" =>
  value === null ? "gone" : flag === "N" ? "good" : "bad";

const pointOf = (channel: string, device: string): string =>
  channel.startsWith(`${device}.`) ? channel.slice(device.length + 1) : channel;

function ageOf(ms: number): string {
  if (Math.abs(ms) < 100_000) return `${(ms / 1000).toFixed(1)} s`;
  return Math.abs(ms) < 6_000_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

export const eventLines = ({
  t,
  code,
  detail,
  dev,
}: Pick<EventBody, "t" | "code" | "detail" | "dev">): readonly string[] =>
  wrapped(`${wallTime(Date.parse(t))}  * ${code}${dev === undefined ? "" : ` ${dev}`}: ${detail}`, 16);

/** A text on as many lines as it needs, the later ones indented. */
export function wrapped(text: string, indent: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > indent ? space : width;
    lines.push(rest.slice(0, end));
    rest = " ".repeat(indent) + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** Bytes of one field that stand in a row. */
const rowBytes = 16;

/** Fields side by side: the bytes in hex, below them what each part is called and what it says. */
export function fieldLines(mark: string, fields: readonly Field[], paint: Paint): readonly string[] {
  const indent = " ".repeat(mark.length);
  const lines: string[] = [];
  let row: string[][] = [];
  let used = mark.length;
  const flush = (): void => {
    if (row.length === 0) return;
    const lead = lines.length === 0 ? mark : indent;
    const line = (i: number): string =>
      row
        .map((cell) => cell[i])
        .join(gap)
        .trimEnd();
    lines.push(lead + line(0));
    for (const i of [1, 2]) if (line(i) !== "") lines.push(paint(indent + line(i), "quiet"));
    row = [];
    used = mark.length;
  };
  for (const cell of fields.flatMap(cellsOf)) {
    const size = (cell[0] as string).length;
    if (row.length > 0 && used + gap.length + size > width) flush();
    used += (row.length > 0 ? gap.length : 0) + size;
    row.push(cell);
  }
  flush();
  return lines;
}

function cellsOf({ bytes, name, says }: Field): readonly string[][] {
  const cells: string[][] = [];
  for (let at = 0; at < bytes.length; at += rowBytes) {
    const hex = bytes
      .toString("hex", at, at + rowBytes)
      .toUpperCase()
      .replace(/(..)(?=.)/g, "$1 ");
    const [called, said] = at === 0 ? [cut(name, 40), cut(says, 60)] : ["", ""];
    const size = Math.max(hex.length, called.length, said.length);
    cells.push([hex.padEnd(size), called.padEnd(size), said.padEnd(size)]);
  }
  return cells;
}
