import { connect } from "node:net";
import { explain, type OpenWire } from "./wire.ts";

/** Room for the largest ADU (260 bytes) many times over; one buffer a connection, so that reading allocates nothing. */
const roomBytes = 4096;

/** A TCP connection, for Modbus TCP and for RTU over TCP. An attempt that takes longer than `connectMs` is destroyed, not left to open later. */
export const tcpWire =
  (host: string, port: number, connectMs: number): OpenWire =>
  (events, signal) =>
    new Promise((resolve, reject) => {
      let state: "opening" | "open" | "gone" = "opening";
      const socket = connect({
        host,
        port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 30_000,
        onread: {
          buffer: Buffer.allocUnsafeSlow(roomBytes),
          callback: (length, buffer) => {
            if (state === "open") events.data((buffer as Buffer).subarray(0, length));
            return true;
          },
        },
      });
      const end = (why: string): void => {
        const was = state;
        state = "gone";
        clearTimeout(deadline);
        signal.removeEventListener("abort", abort);
        socket.destroy();
        if (was === "opening") reject(new Error(why));
        else if (was === "open") events.closed(why);
      };
      const abort = (): void => end("given up");
      const deadline = setTimeout(() => end(`${host}:${port} did not accept within ${connectMs} ms`), connectMs);
      const closed = new Promise<void>((done) => socket.once("close", () => done()));
      socket.on("error", (error) => end(explain(error)));
      socket.on("end", () => end("the other side closed the connection"));
      socket.on("close", () => end("the connection closed"));
      socket.on("connect", () => {
        if (state !== "opening") return;
        state = "open";
        clearTimeout(deadline);
        signal.removeEventListener("abort", abort);
        resolve({
          get isOpen() {
            return state === "open" && socket.writable;
          },
          write: (bytes) => void socket.write(bytes),
          destroy: () => {
            state = "gone";
            socket.destroy();
            return closed;
          },
        });
      });
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
    });
