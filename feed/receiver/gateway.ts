import type { KeyEpoch } from "../format/epoch.ts";

/** A log, the keys that may sign it at which size, and, where it is registered, the leaf hash of its entry 0. */
export interface GatewayLog {
  readonly name: string;
  readonly keys: readonly KeyEpoch[];
  readonly genesis?: Buffer;
}

/** A row of the register: a gateway and a log it may write. */
export interface Gateway {
  readonly id: string;
  readonly log: GatewayLog;
}
