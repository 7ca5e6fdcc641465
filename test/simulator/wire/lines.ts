import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { randomFrom } from "../../../simulator/random.ts";
import type { Device } from "../../../simulator/wire/conversation.ts";
import { type FaultRule, faultRule } from "../../../simulator/wire/faults.ts";

/** A device whose reply names the request: function code, two data bytes, and the start address it was asked for. */
export function echoDevice(unit: number, faults: readonly object[] = []): Device {
  const rules = faults.map((fault): FaultRule => faultRule.parse(fault));
  const random = randomFrom(1);
  return {
    unit,
    serve: (request) => ({
      pdu: Buffer.from([request[0] ?? 0, 2, request[1] ?? 0, request[2] ?? 0]),
      fault: rules.shift(),
      random,
    }),
  };
}

export interface Master {
  readonly socket: Socket;
  send(hex: string): void;
  /** Everything received so far, in hex. */
  received(): string;
  /** Resolves when what was received ends so. */
  until(hex: string): Promise<void>;
  readonly closed: Promise<void>;
}

export async function master(port: number): Promise<Master> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  let got = "";
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    got += bytes.toString("hex");
  });
  return {
    socket,
    closed,
    send: (hex) => void socket.write(Buffer.from(hex, "hex")),
    received: () => got,
    until: (hex) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!got.endsWith(hex)) return;
          socket.off("data", look);
          resolve();
        };
        socket.on("data", look);
        look();
      }),
  };
}
