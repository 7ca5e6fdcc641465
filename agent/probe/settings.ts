import { readForm } from "../../config/line-text.ts";
import type { SerialSettings } from "../../drivers/line/settings.ts";
import type { AskedLine } from "./conversation.ts";

export type SerialLine = Extract<AskedLine, SerialSettings>;

/** The commonest first. */
const modbusBauds = [9600, 19_200, 4800, 2400, 38_400, 57_600, 115_200, 1200] as const;
const meterBauds = [2400, 1200, 9600, 4800, 19_200] as const;
const forms = {
  rtu: ["8N1", "8E1", "8O1", "8N2"],
  ascii: ["7E1", "7O1", "7N2", "8N1", "8E1"],
  dlt645: ["8E1", "8N1"],
  dcon: ["8N1", "8E1"],
} as const;

/** The serial settings that devices on such a line commonly have, this line's own first. Network lines have one. */
export function commonSettings<L extends AskedLine>(line: L): readonly L[] {
  if (!("path" in line)) return [line];
  const bauds = line.transport === "dlt645" ? meterBauds : modbusBauds;
  const all = bauds.flatMap((baud) =>
    forms[line.transport].map((text) => ({ ...line, baud, ...readForm(text) }) as L & SerialLine),
  );
  return [line, ...all.filter((other) => !alike(other, line))];
}

const alike = (one: SerialSettings, other: SerialSettings): boolean =>
  one.baud === other.baud &&
  one.parity === other.parity &&
  one.dataBits === other.dataBits &&
  one.stopBits === other.stopBits;
