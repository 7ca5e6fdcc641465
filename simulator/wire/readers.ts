import { asciiReader } from "./ascii.ts";
import { dconReader } from "./dcon.ts";
import { dlt645Reader } from "./dlt645.ts";
import type { Transport } from "./faults.ts";
import type { Reader } from "./framing.ts";
import { mbapReader } from "./mbap.ts";
import { rtuReader } from "./rtu.ts";

/** What is spoken on a line. */
export interface LineForm {
  readonly transport: Transport;
  /** DCON only: whether the modules are set to use checksums. */
  readonly checksum?: boolean;
}

export function readerFor({ transport, checksum = false }: LineForm): Reader {
  switch (transport) {
    case "tcp":
    case "udp":
      return mbapReader();
    case "rtu":
    case "rtu-over-tcp":
      return rtuReader();
    case "ascii":
    case "ascii-over-tcp":
      return asciiReader();
    case "dlt645":
    case "dlt645-over-tcp":
      return dlt645Reader();
    case "dcon":
    case "dcon-over-tcp":
      return dconReader(checksum);
  }
}
