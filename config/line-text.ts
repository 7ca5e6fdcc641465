import { isIP } from "node:net";
import type { LineSettings, SerialSettings } from "../drivers/line/settings.ts";
import { good, type Result } from "../feed/format/faults.ts";
import { nearest } from "../feed/yaml/nearest.ts";
import { bauds } from "./site-file.ts";

/** A line in one word, for a technician who has no site file yet: `tcp:192.168.1.20:502`, `rtu:/dev/ttyUSB0:9600:8N1`. */

type Transport = LineSettings["transport"];
type Place = "socket" | "server" | "serial" | "logger";
type Usual = Omit<SerialSettings, "path">;

const usual8N1: Usual = { baud: 9600, parity: "none", dataBits: 8, stopBits: 1 };
/** DL/T 645-2007, 5.1: 2400 baud, even parity. */
const usualMeter: Usual = { ...usual8N1, baud: 2400, parity: "even" };

const kinds: Readonly<Record<Transport, { readonly place: Place; readonly usual: Usual; readonly example: string }>> = {
  tcp: { place: "socket", usual: usual8N1, example: "tcp:192.168.1.20:502" },
  udp: { place: "socket", usual: usual8N1, example: "udp:192.168.1.20:502" },
  rtu: { place: "serial", usual: usual8N1, example: "rtu:/dev/ttyUSB0:9600:8N1" },
  ascii: { place: "serial", usual: usual8N1, example: "ascii:/dev/ttyUSB0:9600:7E1" },
  "rtu-over-tcp": { place: "server", usual: usual8N1, example: "rtu-over-tcp:192.168.1.20:4001:9600" },
  "ascii-over-tcp": { place: "server", usual: usual8N1, example: "ascii-over-tcp:192.168.1.20:4001:9600" },
  dlt645: { place: "serial", usual: usualMeter, example: "dlt645:/dev/ttyUSB0:2400:8E1" },
  "dlt645-over-tcp": { place: "server", usual: usualMeter, example: "dlt645-over-tcp:192.168.1.20:4001:2400" },
  dcon: { place: "serial", usual: usual8N1, example: "dcon:/dev/ttyUSB0:9600:8N1" },
  "dcon-over-tcp": { place: "server", usual: usual8N1, example: "dcon-over-tcp:192.168.1.20:4001:9600" },
  hj212: { place: "serial", usual: usual8N1, example: "hj212:/dev/ttyUSB0:9600:8N1" },
  "hj212-dial": { place: "logger", usual: usual8N1, example: "hj212-dial:192.168.1.30:9000" },
  "hj212-listen": { place: "logger", usual: usual8N1, example: "hj212-listen:0.0.0.0:9000" },
};
const transports = Object.keys(kinds) as readonly Transport[];
const modbusPort = 502;

/** The line that a word spells, or what is wrong with it and what to write instead. Its id is the word. */
export function parseLine(text: string): Result<LineSettings, string> {
  const [, word = "", rest = ""] = /^([^:]*):?(.*)$/s.exec(text) ?? [];
  const transport = transports.find((known) => known === word.toLowerCase());
  if (transport === undefined) return wrong(unknownKind(text, word));
  const { place, usual, example } = kinds[transport];
  const said = place === "serial" ? serial(rest, usual) : network(rest, place, usual.baud);
  if (!said.ok) return wrong(`${text}: ${said.problem}; write it like ${example}`);
  if (said.value.dataBits === 7 && transport === "rtu")
    return wrong(`${text}: RTU sends bytes of 8 bits; write rtu with 8 data bits, or ascii:... with 7`);
  const more = transport.startsWith("dcon") ? { checksum: false } : transport.startsWith("hj212") ? quiet : {};
  return good({ id: text, transport, ...said.value, ...more } as LineSettings);
}

/** The word for a line, as `parseLine` reads it. */
export function spellLine(line: LineSettings): string {
  if ("path" in line) return `${line.transport}:${line.path}:${spellSettings(line)}`;
  const host = isIP(line.host) === 6 ? `[${line.host}]` : line.host;
  return [line.transport, host, line.port, ...("baud" in line ? [line.baud] : [])].join(":");
}

/** "19200:8E1" */
export const spellSettings = ({ baud, ...form }: Usual): string => `${baud}:${spellForm(form)}`;
/** "8E1" */
export const spellForm = ({ dataBits, parity, stopBits }: Omit<Usual, "baud">): string =>
  `${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;

interface Said extends Partial<Usual> {
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
}
const quiet = { acknowledge: false };
const wrong = (problem: string): { readonly ok: false; readonly problem: string } => ({ ok: false, problem });

function unknownKind(text: string, word: string): string {
  if (word.startsWith("/dev")) return `${text} does not say what is spoken there; write rtu:${text} or ascii:${text}`;
  const meant = nearest(word, transports) as Transport | undefined;
  const known = meant === undefined ? `one of ${transports.join(", ")}` : meant;
  return `${text}: "${word}" is no kind of line; write ${known}, as in ${kinds[meant ?? "tcp"].example}`;
}

/** What stands behind the path is looked for from the end: names below /dev/serial/by-path have colons too. */
function serial(text: string, usual: Usual): Result<Said, string> {
  const parts = text.split(":");
  const form = /^\d[A-Za-z]\d(\.\d)?$/.test(parts.at(-1) ?? "") && parts.length > 1 ? parts.pop() : undefined;
  const digits = form === undefined ? /^\d{3,7}$/ : /^\d{1,9}$/;
  const baud = digits.test(parts.at(-1) ?? "") && parts.length > 1 ? Number(parts.pop()) : undefined;
  const path = parts.join(":");
  if (!path.startsWith("/")) return wrong("the path of a serial port is missing");
  if (form !== undefined && baud === undefined) return wrong("the baud rate before 8N1 and the like is missing");
  if (baud !== undefined && !isBaud(baud)) return wrong(`${baud} is not one of ${bauds.join(", ")} baud`);
  const read = form === undefined ? usual : readForm(form);
  if (read === undefined) return wrong(`${form} is not data bits, parity and stop bits such as 8N1, 8E1 or 7E1`);
  return good({ path, ...usual, ...read, baud: baud ?? usual.baud });
}

function network(text: string, place: Place, usualBaud: number): Result<Said, string> {
  const [, bracketed, plain, tail = ""] = /^(?:\[([^\]]*)\]|([^:]*))(.*)$/s.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  if (bracketed !== undefined && isIP(host) !== 6) return wrong(`${host} in brackets is no IPv6 address`);
  if (bracketed === undefined && isIP(text) === 6) return wrong("an IPv6 address stands in brackets: [::1]");
  if (!/^[A-Za-z0-9.:-]{1,253}$/.test(host)) return wrong("the host is missing or has other characters");
  const [, portText, baudText, ...rest] = tail.split(":");
  if (rest.length > 0 || (baudText !== undefined && place !== "server"))
    return wrong("there is too much behind the port");
  const port = portText === undefined && place === "socket" ? modbusPort : wholeNumber(portText);
  if (port === undefined) return wrong("the port is missing or no number");
  if (port < 1 || port > 65_535) return wrong(`port ${port} is not 1 to 65535`);
  if (place !== "server") return good({ host, port });
  const baud = baudText === undefined ? usualBaud : wholeNumber(baudText);
  if (baud === undefined || !isBaud(baud)) return wrong(`${baudText} is not one of ${bauds.join(", ")} baud`);
  return good({ host, port, baud });
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
const isBaud = (baud: number): boolean => (bauds as readonly number[]).includes(baud);

/** "8E1" */
export function readForm(text: string): Omit<Usual, "baud"> | undefined {
  const [, dataBits, letter = "", stopBits] = /^([78])([NEO])([12])$/i.exec(text) ?? [];
  const parity = (["none", "even", "odd"] as const).find((name) => name.startsWith(letter.toLowerCase()));
  if (dataBits === undefined || parity === undefined) return undefined;
  return { dataBits: dataBits === "7" ? 7 : 8, parity, stopBits: stopBits === "2" ? 2 : 1 };
}
