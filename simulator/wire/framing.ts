/** A request as it came over the wire, with the envelope its reply must have. */
export interface Request {
  readonly unit: number;
  readonly pdu: Buffer;
  /** The frame of a reply. */
  wrap(unit: number, pdu: Buffer): Buffer;
  /** The same frame, spoilt in what its framing protects with: the CRC, or the transaction id. */
  spoil(unit: number, pdu: Buffer): Buffer;
}

/** Cuts a stream of bytes into requests, however it arrives split. */
export interface Reader {
  /** Requests completed by these bytes. `lost`: what followed them is not the protocol, the connection is of no more use. */
  push(bytes: Buffer): { readonly requests: readonly Request[]; readonly lost: boolean };
}
