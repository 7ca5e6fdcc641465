import type { LineSettings } from "./settings.ts";

/** What a line costs in time; all in ms. */
export interface Timing {
  /** One character on the wire: start, data, parity and stop bits. 0 where no serial line is known of. */
  readonly charMs: number;
  /** Silence between frames. */
  readonly gapMs: number;
  /** For what lies between us and the device: USB latency timers, gateways, the network, our own scheduling. */
  readonly marginMs: number;
  /** Characters of a Modbus request and its reply with so many data bytes; those of RTU if left out. */
  readonly chars?: (bytes: number) => number;
}

/** An RTU request is 8 characters; a reply is its data and 5 more. */
const rtuChars = (bytes: number): number => 8 + 5 + bytes;
/** Two characters a byte, and colon, CR and LF: a request has 7 bytes with its LRC, a reply its data and 4 more. */
export const asciiChars = (bytes: number): number => 2 * 7 + 3 + 2 * (bytes + 4) + 3;

export function timingOf(line: LineSettings, marginMs?: number): Timing {
  const turnaround = line.turnaround ?? 0;
  if (!("baud" in line)) return { charMs: 0, gapMs: turnaround, marginMs: marginMs ?? 100 };
  const isSerial = "path" in line;
  // A device server does not tell us its parity: 11 bits is the longest character there is.
  const bits = isSerial ? 1 + line.dataBits + (line.parity === "none" ? 0 : 1) + line.stopBits : 11;
  const charMs = (1000 * bits) / line.baud;
  const margin = marginMs ?? (isSerial ? 40 : 100);
  const isRtu = line.transport === "rtu" || line.transport === "rtu-over-tcp";
  // Elsewhere frames say where they end; one character keeps question and answer of a two-wire line apart.
  const gapMs = Math.max(turnaround, isRtu ? rtuGapMs(line.baud, charMs) : charMs);
  const isAscii = line.transport === "ascii" || line.transport === "ascii-over-tcp";
  return { charMs, gapMs, marginMs: margin, ...(isAscii && { chars: asciiChars }) };
}

/** t3.5 of Modbus over serial line V1.02, 2.5.1.1: 3.5 characters, above 19200 baud 1.75 ms. */
const rtuGapMs = (baud: number, charMs: number): number => (baud > 19_200 ? 1.75 : 3.5 * charMs);

/** How long to wait for an answer, from the moment the question is handed to the line: `chars` of both are on the wire. */
export const awaitFor = ({ charMs, gapMs, marginMs }: Timing, chars: number, deviceMs: number): number =>
  chars * charMs + gapMs + deviceMs + marginMs;

/** The same for a Modbus request whose reply has `bytes` data bytes. */
export const waitFor = (timing: Timing, bytes: number, deviceMs: number): number =>
  awaitFor(timing, (timing.chars ?? rtuChars)(bytes), deviceMs);

/**
 * Pause before attempt `tries` + 1 since the line last answered: the first is immediate, then 0.25 s doubling to 30 s, half of it random
 * so that the gateways of one site do not knock in step after a power cut.
 */
export function backOff(tries: number, random: () => number): number {
  return tries < 1 ? 0 : Math.min(30_000, 250 * 2 ** Math.min(tries - 1, 16)) * (0.5 + random() / 2);
}
