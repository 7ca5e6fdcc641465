import { EventEmitter } from "node:events";
import type { CustomRead, ReadRequest } from "../driver.ts";
import type { Connection } from "./connection.ts";
import type { Framing } from "./framing.ts";
import { readAdu } from "./request.ts";

/**
 * What modbus-serial takes for its serial port. It builds the request and parses the reply; framing, matching and time are ours, and it
 * is handed whole validated frames only ('data'), while the request they answer is pending.
 */
export class GuardedPort extends EventEmitter {
  private readonly connection: Connection;
  private readonly framing: Framing;
  private waitMs = 0;
  private drained: () => void = () => {};
  private custom: CustomRead | undefined;

  constructor(connection: Connection, framing: Framing) {
    super();
    this.connection = connection;
    this.framing = framing;
  }

  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  /** The request to come, how long it is awaited, and who is told when the operating system has passed it on. */
  expect(request: ReadRequest, waitMs: number, drained: () => void): void {
    this.custom = "data" in request ? request : undefined;
    this.waitMs = waitMs;
    this.drained = drained;
  }

  /** @throws Fault E_BUS_REFUSED for anything but a read within the standard's limits; then nothing was sent */
  write(adu: Buffer): void {
    const now = performance.now();
    const asked = readAdu(adu, now, now + this.waitMs, this.custom);
    this.connection.wire?.write(this.framing.ask(asked, adu), this.drained);
  }

  // modbus-serial opens and closes its port; the connection behind this one comes and goes by itself.
  open(done: (error?: Error) => void): void {
    done();
  }
  close(done: () => void): void {
    done();
  }
}
