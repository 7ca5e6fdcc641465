import { type Logger, pino } from "pino";
import { logLines } from "../files/log-lines.ts";

export type { Logger };

/** JSON lines on standard output for journald; quiet when all is well. Keys and payloads are never handed to it. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, logLines());
}
