import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { explain, type OpenWire } from "./wire.ts";

/**
 * Datagrams to and from one device. The socket is connected, so the kernel passes on nothing that anybody else sends, and tells when
 * nobody listens there. What is lost on the way is only noticed by its absence.
 */
export const udpWire =
  (host: string, port: number): OpenWire =>
  async (events, signal) => {
    const { address, family } = await lookup(host);
    if (signal.aborted) throw new Error("given up");
    return new Promise((resolve, reject) => {
      let state: "opening" | "open" | "gone" = "opening";
      const socket = createSocket(family === 6 ? "udp6" : "udp4");
      const closed = new Promise<void>((done) => socket.once("close", () => done()));
      let closing = false;
      const close = (): Promise<void> => {
        if (!closing) socket.close();
        closing = true;
        return closed;
      };
      const end = (why: string): void => {
        const was = state;
        state = "gone";
        signal.removeEventListener("abort", abort);
        void close();
        if (was === "opening") reject(new Error(why));
        else if (was === "open") events.closed(why);
      };
      const abort = (): void => end("given up");
      socket.on("error", (error) => end(explain(error)));
      socket.on("message", (datagram) => {
        if (state === "open") events.data(datagram);
      });
      socket.on("connect", () => {
        if (state !== "opening") return;
        state = "open";
        signal.removeEventListener("abort", abort);
        resolve({
          get isOpen() {
            return state === "open";
          },
          write: (bytes) => {
            // An error of the send itself comes as "error" too, where nobody waits for it.
            if (state === "open") socket.send(bytes, (error) => error && end(explain(error)));
          },
          destroy: () => {
            state = "gone";
            return close();
          },
        });
      });
      signal.addEventListener("abort", abort, { once: true });
      socket.connect(port, address);
    });
  };
