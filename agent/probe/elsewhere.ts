import { spellForm, spellLine } from "../../config/line-text.ts";
import type { ModbusLine } from "../../drivers/line/settings.ts";
import type { Surroundings } from "./conversation.ts";
import type { Tell } from "./events.ts";
import type { Finding } from "./findings.ts";
import { commonSettings } from "./settings.ts";
import { answersTwice, slowOne } from "./slow.ts";
import type { Target } from "./talk.ts";

/** The same place in other settings (a serial port) or other framings (a host), which are tried where nothing answers. Pure. */
export function otherLines(line: ModbusLine): readonly ModbusLine[] {
  if ("path" in line) {
    const framing = line.transport === "rtu" ? "ascii" : "rtu";
    // An RTU frame needs all 8 bits.
    const framed = framing === "ascii" || line.dataBits === 8 ? [{ ...line, transport: framing } as const] : [];
    return [...framed, ...commonSettings(line).slice(1)];
  }
  const { id, host, port } = line;
  const baud = "baud" in line ? line.baud : 9600;
  const framings: readonly ModbusLine[] = [
    { id, transport: "tcp", host, port },
    { id, transport: "rtu-over-tcp", host, port, baud },
    { id, transport: "ascii-over-tcp", host, port, baud },
    { id, transport: "udp", host, port },
  ];
  return framings.filter(({ transport }) => transport !== line.transport);
}

const names: Readonly<Record<ModbusLine["transport"], string>> = {
  tcp: "TCP",
  udp: "UDP",
  rtu: "RTU",
  "rtu-over-tcp": "RTU over TCP",
  ascii: "ASCII",
  "ascii-over-tcp": "ASCII over TCP",
};

/** How a device answers after all, if it does so in another framing or with other settings. */
export async function elsewhere(
  line: ModbusLine,
  targets: readonly Target[],
  around: Surroundings,
  tell: Tell,
): Promise<Finding | undefined> {
  for (const other of otherLines(line)) {
    for (const target of targets) {
      if (around.signal.aborted) return undefined;
      const framed = other.transport !== line.transport;
      const what = "path" in other && !framed ? `${other.baud} ${spellForm(other)}` : names[other.transport];
      tell({ is: "trying", what });
      if ((await answersTwice(other, target, around)) === undefined) continue;
      // What answers on this port may be the late answer to a question in the line's own settings; a connection is new each time.
      const slow = "path" in line ? await slowOne(line, [target], around, tell) : undefined;
      return slow ?? foundAt(line, other, target.unit);
    }
  }
  return undefined;
}

function foundAt(line: ModbusLine, other: ModbusLine, unit: number): Finding {
  const check = [`Write the line as ${spellLine(other)}`];
  if ("path" in other && "path" in line && other.transport === line.transport) {
    const text = `Unit ${unit} answers at ${other.baud} ${spellForm(other)}, but the line says ${line.baud} ${spellForm(line)}.`;
    return { code: "settings", text, check };
  }
  const text = `Unit ${unit} answers ${names[other.transport]}, but the line says ${names[line.transport]}.`;
  return { code: "framing", text, check };
}
