import type { Framed } from "./framing.ts";
import { TcpFraming } from "./framing-tcp.ts";

const headerBytes = 6;
/** Header, unit, function and one byte. */
const shortest = 9;

/**
 * MBAP framing in datagrams: one is one frame. Datagrams neither merge nor split, so one that is no frame harms nothing that comes after
 * it: it is thrown away and counted, and the line stays as it is.
 */
export class UdpFraming extends TcpFraming {
  override hear(datagram: Buffer): Framed | undefined {
    if (isFrame(datagram)) return super.hear(datagram);
    this.discarded += datagram.length;
    this.stranger = `a datagram of ${datagram.length} bytes came that is no Modbus frame`;
    return undefined;
  }
}

const isFrame = (datagram: Buffer): boolean =>
  datagram.length >= shortest &&
  datagram.length <= headerBytes + 254 &&
  datagram.readUInt16BE(2) === 0 &&
  datagram.readUInt16BE(4) === datagram.length - headerBytes;
