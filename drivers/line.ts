/** One physical line as the site file resolves to it; devices on it differ by unit id only. */
export type LineSettings = { readonly id: string } & (TcpLine | UdpLine | SerialLine | OverTcpLine);

/** Modbus TCP: MBAP header, no CRC. */
export interface TcpLine {
  readonly transport: "tcp";
  readonly host: string;
  readonly port: number;
}

/** Modbus UDP: the frames of Modbus TCP, one a datagram. */
export interface UdpLine {
  readonly transport: "udp";
  readonly host: string;
  readonly port: number;
}

/** Modbus RTU or ASCII on a serial port of this machine. ASCII is 7E1 or 7N2 by the standard, but many devices have 8N1. */
export interface SerialLine {
  readonly transport: "rtu" | "ascii";
  /** Best a stable name: /dev/serial/by-id/... */
  readonly path: string;
  readonly baud: number;
  readonly parity: "none" | "even" | "odd";
  readonly dataBits: 7 | 8;
  readonly stopBits: 1 | 2;
}

/** RTU frames with their CRC, or ASCII frames, through a serial device server; not Modbus TCP. `baud` is that of its serial side. */
export interface OverTcpLine {
  readonly transport: "rtu-over-tcp" | "ascii-over-tcp";
  readonly host: string;
  readonly port: number;
  readonly baud: number;
}
