import type { LineSettings } from "../line.ts";

/** What a line costs in time; all in ms. */
export interface Timing {
  /** One character on the wire: start, data, parity and stop bits. 0 for Modbus TCP. */
  readonly charMs: number;
  /**
   * Silence between frames: t3.5 of Modbus over serial line V1.02, 2.5.1.1, 3.5 characters, above 19200 baud 1.75 ms. ASCII frames say
   * where they end; one character keeps question and answer of a two-wire line apart.
   */
  readonly gapMs: number;
  /** For what lies between us and the device: USB latency timers, gateways, the network, our own scheduling. */
  readonly marginMs: number;
  /** Characters of a request and its reply with so many data bytes; those of RTU if left out. */
  readonly chars?: (bytes: number) => number;
}

/** An RTU request is 8 characters; a reply is its data and 5 more. */
const rtuChars = (bytes: number): number => 8 + 5 + bytes;
/** Two characters a byte, and colon, CR and LF: a request has 7 bytes with its LRC, a reply its data and 4 more. */
export const asciiChars = (bytes: number): number => 2 * 7 + 3 + 2 * (bytes + 4) + 3;

export function timingOf(line: LineSettings, marginMs?: number): Timing {
  if (line.transport === "tcp" || line.transport === "udp") return { charMs: 0, gapMs: 0, marginMs: marginMs ?? 100 };
  const ascii = line.transport === "ascii" || line.transport === "ascii-over-tcp";
  // A device server does not tell us its parity: 11 bits is the longest character that is in use.
  const bits = "path" in line ? 1 + line.dataBits + (line.parity === "none" ? 0 : 1) + line.stopBits : 11;
  const charMs = (1000 * bits) / line.baud;
  const margin = marginMs ?? ("path" in line ? 40 : 100);
  if (ascii) return { charMs, gapMs: charMs, marginMs: margin, chars: asciiChars };
  return { charMs, gapMs: line.baud > 19_200 ? 1.75 : 3.5 * charMs, marginMs: margin };
}

/** How long to wait for a reply with `bytes` data bytes, from the moment the request is handed to the line. */
export const waitFor = (timing: Timing, bytes: number, deviceMs: number): number =>
  (timing.chars ?? rtuChars)(bytes) * timing.charMs + timing.gapMs + deviceMs + timing.marginMs;

/**
 * Pause before attempt `tries` + 1 since the line last answered: the first is immediate, then 0.25 s doubling to 30 s, half of it random
 * so that the gateways of one site do not knock in step after a power cut.
 */
export function backOff(tries: number, random: () => number): number {
  return tries < 1 ? 0 : Math.min(30_000, 250 * 2 ** Math.min(tries - 1, 16)) * (0.5 + random() / 2);
}
