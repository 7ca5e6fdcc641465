import { exceptionPdu, exceptions } from "../meters/reply.ts";
import { type Deed, deeds, type FaultRule } from "./faults.ts";
import type { Reader, Request } from "./framing.ts";

/** A device on a line as the wire sees it. */
export interface Device {
  readonly unit: number;
  /** The reply to a request PDU, the trouble it is in this time, and what garbage looks like. */
  serve(request: Buffer): {
    readonly pdu: Buffer;
    readonly fault: FaultRule | undefined;
    readonly random: () => number;
  };
}

export interface ConversationSettings {
  readonly devices: readonly Device[];
  readonly reader: Reader;
  /** What becomes of a request to a unit that is not there: nothing, or a gateway says so. */
  readonly absent: "silence" | "exception";
  write(bytes: Buffer): void;
  hangUp(): void;
}

/** One master on one connection: takes its bytes, does what the devices do. */
export interface Conversation {
  receive(bytes: Buffer): void;
  /** Forgets what was still to be sent. */
  end(): void;
}

export function converse({ devices, reader, absent, write, hangUp }: ConversationSettings): Conversation {
  const timers = new Set<NodeJS.Timeout>();
  let deaf = false;

  const later = (ms: number, bytes: Buffer): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!deaf) write(bytes);
    }, ms);
    timers.add(timer);
  };
  const perform = (deed: Deed): void => {
    if ("connection" in deed) {
      deaf = true;
      if (deed.connection === "close") hangUp();
    } else if (deed.afterMs === 0) write(deed.bytes);
    else later(deed.afterMs, deed.bytes);
  };
  const deedsFor = (request: Request): Deed[] => {
    const device = devices.find(({ unit }) => unit === request.unit);
    if (device !== undefined) {
      const { pdu, fault, random } = device.serve(request.pdu);
      return deeds(fault, request, pdu, random);
    }
    if (absent === "silence") return [];
    return deeds(undefined, request, exceptionPdu(request.pdu[0] ?? 0, exceptions.gatewayTarget), Math.random);
  };

  return {
    receive: (bytes) => {
      if (deaf) return;
      const { requests, lost } = reader.push(bytes);
      for (const request of requests) if (!deaf) for (const deed of deedsFor(request)) perform(deed);
      if (lost && !deaf) perform({ connection: "close" });
    },
    end: () => {
      deaf = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
