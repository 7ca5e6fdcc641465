import type { AskedLine } from "./conversation.ts";
import type { Finding } from "./findings.ts";

/** Nobody answered: what to look at, the likeliest and cheapest first. */
export function silentLine(line: AskedLine, whom: string, wait = "3s"): Finding {
  const check =
    "path" in line ? serialChecks(line.transport) : "baud" in line ? serverChecks(line.transport) : socketChecks;
  return {
    code: "silent",
    text: `Nothing answers at ${whom}.`,
    check: [...check, `Ask with --wait ${wait}, if it is slow.`],
  };
}

const address = (transport: AskedLine["transport"]): string =>
  transport.startsWith("dlt645")
    ? "The meter's address: it is on its plate, 12 digits; AAAAAAAAAAAA asks whoever is there."
    : "The address set in the device; `cems-agent scan` looks at all of them.";

const serialChecks = (transport: AskedLine["transport"]): readonly string[] => [
  "The device has power.",
  "A and B (+ and -) are not swapped: swap them and try again, it harms nothing.",
  address(transport),
  transport === "rtu" || transport === "ascii"
    ? "Baud rate, parity and framing (RTU or ASCII) as the device's menu says."
    : "Baud rate and parity as the device's menu says.",
  "The third wire (GND, SC), and 120 ohms at both ends of a long line, nowhere else.",
  "The adapter is RS-485, not RS-232, and switches its direction by itself.",
  "No other master is on the line: a display, a PLC, another gateway.",
];
const serverChecks = (transport: AskedLine["transport"]): readonly string[] => [
  "The device has power.",
  "The device server's serial side: its baud rate, parity and mode (TCP server, raw).",
  "A and B (+ and -) are not swapped: swap them and try again, it harms nothing.",
  address(transport),
  "Whether the server takes one connection only and another program has it.",
];
const socketChecks: readonly string[] = [
  "The unit id; devices with an own network port often take 1, 255 or 0.",
  "Behind a gateway: its serial side, and the device's power and wiring.",
  "Whether the device takes one connection only and another program has it.",
];
