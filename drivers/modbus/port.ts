import { EventEmitter } from "node:events";
import type { CustomRead, ReadRequest } from "../driver.ts";
import type { Framing } from "./framing.ts";
import { readAdu } from "./request.ts";

/**
 * What modbus-serial takes for its serial port. It builds the request and parses the reply; framing, matching, time and the wire are
 * ours, and it is handed whole validated frames only ('data'), while the request they answer is pending.
 */
export class GuardedPort extends EventEmitter {
  /** The connection behind it comes and goes by itself; whether there is one is asked before each request. */
  readonly isOpen = true;
  /** The last request, as it goes on the wire. */
  written: Buffer = Buffer.alloc(0);
  private readonly framing: Framing;
  private at = 0;
  private until = 0;
  private custom: CustomRead | undefined;

  constructor(framing: Framing) {
    super();
    this.framing = framing;
  }

  /** The request to come, when it goes out and until when it is awaited (ms, performance.now). */
  expect(request: ReadRequest, at: number, until: number): void {
    this.custom = "data" in request ? request : undefined;
    this.at = at;
    this.until = until;
  }

  /** @throws Fault E_BUS_REFUSED for anything but a read within the standard's limits; then nothing was written */
  write(adu: Buffer): void {
    this.written = this.framing.ask(readAdu(adu, this.at, this.until, this.custom), adu);
  }

  open(done: (error?: Error) => void): void {
    done();
  }
  close(done: () => void): void {
    done();
  }
}
