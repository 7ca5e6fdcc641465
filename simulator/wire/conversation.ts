import { exceptions } from "../meters/reply.ts";
import { type Deed, deeds, type FaultRule } from "./faults.ts";
import type { Reader, Request, Unit } from "./framing.ts";

/** A device on a line as the wire sees it. */
export interface Device {
  readonly unit: Unit;
  /** The reply to a request PDU, the trouble it is in this time, and what garbage looks like; undefined if it does not react. */
  serve(request: Buffer):
    | {
        readonly pdu: Buffer;
        readonly fault: FaultRule | undefined;
        readonly random: () => number;
      }
    | undefined;
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
    const meant = devices.filter(({ unit }) => request.isFor(unit));
    if (meant.length === 0 && absent === "exception")
      return deeds(undefined, request, request.refuse(exceptions.gatewayTarget), Math.random);
    return meant.flatMap(({ unit, serve }) => {
      const served = serve(request.pdu);
      return served === undefined ? [] : deeds(served.fault, request, served.pdu, served.random, unit);
    });
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
