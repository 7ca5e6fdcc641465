import { heldWire } from "./held-wire.ts";
import { serialWire } from "./serial-port.ts";
import type { LineOptions, SerialSettings, ServerSettings } from "./settings.ts";
import { tcpWire } from "./tcp-port.ts";
import type { OpenWire } from "./wire.ts";

/** The bytes of a line: a serial port of this machine, or a socket. */
export const wireOf = (
  line: SerialSettings | Pick<ServerSettings, "host" | "port">,
  { openWire, connectMs = 3000, hold }: LineOptions,
): OpenWire => {
  if (openWire !== undefined) return openWire;
  if (!("path" in line)) return tcpWire(line.host, line.port, connectMs);
  return hold === undefined ? serialWire(line) : heldWire(serialWire(line), hold);
};
