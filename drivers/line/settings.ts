/** One physical line as the site file resolves to it; devices on it differ by unit id only. */
export type LineSettings = { readonly id: string } & (TcpLine | RtuLine | RtuOverTcpLine);

/** Modbus TCP: MBAP header, no CRC. */
export interface TcpLine {
  readonly transport: "tcp";
  readonly host: string;
  readonly port: number;
}

/** Modbus RTU on a serial port of this machine. */
export interface RtuLine {
  readonly transport: "rtu";
  /** Best a stable name: /dev/serial/by-id/... */
  readonly path: string;
  readonly baud: number;
  readonly parity: "none" | "even" | "odd";
  readonly dataBits: 7 | 8;
  readonly stopBits: 1 | 2;
}

/** RTU frames with their CRC through a serial device server; not Modbus TCP. `baud` is that of its serial side. */
export interface RtuOverTcpLine {
  readonly transport: "rtu-over-tcp";
  readonly host: string;
  readonly port: number;
  readonly baud: number;
}
