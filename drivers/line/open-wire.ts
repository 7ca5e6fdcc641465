import { serialWire } from "./serial-port.ts";
import type { LineOptions, SerialSettings, ServerSettings } from "./settings.ts";
import { tcpWire } from "./tcp-port.ts";
import type { OpenWire } from "./wire.ts";

/** The bytes of a line: a serial port of this machine, or a socket. */
export const wireOf = (
  line: SerialSettings | Pick<ServerSettings, "host" | "port">,
  { openWire, connectMs = 3000 }: LineOptions,
): OpenWire => openWire ?? ("path" in line ? serialWire(line) : tcpWire(line.host, line.port, connectMs));
