/** What a meter showed at one request: the truth against which what arrived can be compared. */
export interface Shown {
  /** Counted over all meters, from 1. */
  readonly seq: number;
  /** RFC 3339, UTC. */
  readonly t: string;
  readonly meter: string;
  readonly unit: number | string;
  /** Modbus function; control code of DL/T 645; the delimiter of a DCON command. */
  readonly fc: number;
  /** First address, data identifier, or channel. */
  readonly start: number;
  /** Registers or bits, data bytes, or values. */
  readonly count: number;
  /** The data bytes of the plain reply in hex; empty for an exception. */
  readonly values: string;
  /** The values that lie wholly in the reply: exact decimal strings of what the bytes say, before any scaling. */
  readonly points: Readonly<Record<string, string>>;
  /** The device's own exception. */
  readonly exception?: number;
  /** The kind of fault that befell the reply on the wire. */
  readonly fault?: string;
}
