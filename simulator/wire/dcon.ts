import type { Reader, Request, Unit } from "./framing.ts";

/** Longer than any command. */
const longest = 64;

/**
 * Commands of DCON: a delimiter, two hexadecimal digits of address, what is wanted, the checksum if there is one, a carriage return.
 * `pdu` is the delimiter and what is wanted; a reply is `>` and data, or `!` and data, or `?`, and the address is put in where it
 * belongs.
 */
export function dconReader(checksum: boolean): Reader {
  let waiting = "";
  return {
    push: (bytes) => {
      waiting += bytes.toString("latin1");
      const lines = waiting.split("\r");
      waiting = (lines.pop() ?? "").slice(-longest);
      const found = lines.flatMap((line) => {
        const text = checksum ? checked(line) : line;
        const [, delimiter, address, rest] = /([#$%@~^])([0-9A-F]{2})([^\r]*)$/.exec(text ?? "") ?? [];
        return delimiter === undefined || address === undefined
          ? []
          : [commandOf(Number.parseInt(address, 16), `${delimiter}${rest}`, checksum)];
      });
      return { requests: found, lost: false };
    },
  };
}

const sum = (text: string): string => {
  const total = [...text].reduce((so, character) => so + character.charCodeAt(0), 0);
  return `0${(total % 256).toString(16)}`.slice(-2).toUpperCase();
};
const checked = (line: string): string | undefined =>
  sum(line.slice(0, -2)) === line.slice(-2) ? line.slice(0, -2) : undefined;

function commandOf(unit: number, command: string, checksum: boolean): Request {
  const reply = (from: Unit, pdu: Buffer): string => {
    const text = pdu.toString("latin1");
    const address = `0${Number(from).toString(16)}`.slice(-2).toUpperCase();
    return text.startsWith(">") ? text : `${text.slice(0, 1)}${address}${text.slice(1)}`;
  };
  const ended = (text: string, tail: string): Buffer => Buffer.from(`${text}${tail}\r`, "latin1");
  return {
    unit,
    pdu: Buffer.from(command, "latin1"),
    isFor: (other) => other === unit,
    wrap: (from, pdu) => ended(reply(from, pdu), checksum ? sum(reply(from, pdu)) : ""),
    // Without a checksum a wrong character is all that can be seen to be wrong.
    spoil: (from, pdu) =>
      checksum ? ended(reply(from, pdu), sum(`${reply(from, pdu)}x`)) : ended(reply(from, pdu).slice(0, -1), "*"),
    refuse: () => Buffer.from("?"),
    next: (other) => (Number(other) + 1) % 256,
  };
}
