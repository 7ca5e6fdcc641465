/** How a device is addressed: a Modbus unit or DCON module by number, a DL/T 645 meter by its twelve digits. */
export type Unit = number | string;

/** A request as it came over the wire, with the envelope its reply must have. */
export interface Request {
  readonly unit: Unit;
  readonly pdu: Buffer;
  /** Whether a device at this unit is meant; more than one may be, by wildcards. */
  isFor(unit: Unit): boolean;
  /** The frame of a reply. */
  wrap(unit: Unit, pdu: Buffer): Buffer;
  /** The same frame, spoilt in what its framing protects with: the CRC, or the transaction id. */
  spoil(unit: Unit, pdu: Buffer): Buffer;
  /** The reply (without envelope) of a device, or of a gateway, that refuses. */
  refuse(code: number): Buffer;
  /** Another unit of the same kind. */
  next(unit: Unit): Unit;
}

/** Cuts a stream of bytes into requests, however it arrives split. */
export interface Reader {
  /** Requests completed by these bytes. `lost`: what followed them is not the protocol, the connection is of no more use. */
  push(bytes: Buffer): { readonly requests: readonly Request[]; readonly lost: boolean };
}
