import { SerialPort } from "serialport";
import type { SerialSettings } from "./settings.ts";
import { explain, type OpenWire } from "./wire.ts";

/**
 * A serial port, locked for this process (the lock is advisory: minicom and mbpoll ignore it) and with DTR left alone at close, since
 * its drop resets some converters. RS-485 adapters must switch direction by themselves.
 */
export const serialWire =
  (line: SerialSettings): OpenWire =>
  (events, signal) =>
    new Promise((resolve, reject) => {
      let state: "opening" | "open" | "gone" = "opening";
      const { path, baud: baudRate, parity, dataBits, stopBits } = line;
      const port = new SerialPort({
        path,
        baudRate,
        parity,
        dataBits,
        stopBits,
        autoOpen: false,
        lock: true,
        hupcl: false,
      });
      let closing: Promise<void> | undefined;
      /** The lock of a port that is not closed yet would refuse our own next open, so destroying waits for the close. */
      const release = (): Promise<void> => {
        if (port.isOpen) closing ??= new Promise((done) => port.close(() => done()));
        else if (port.closing) closing ??= new Promise((done) => port.once("close", () => done()));
        return closing ?? Promise.resolve();
      };
      const end = (why: string): void => {
        const was = state;
        state = "gone";
        signal.removeEventListener("abort", abort);
        void release();
        if (was === "opening") reject(new Error(why));
        else if (was === "open") events.closed(why);
      };
      const abort = (): void => end("given up");
      // All three before opening. An unplugged port is only noticed while someone reads, and may report error and close twice.
      port.on("data", (chunk: Buffer) => {
        if (state === "open") events.data(chunk);
      });
      port.on("error", (error) => end(explain(error)));
      port.on("close", (error?: Error | null) => end(error ? explain(error) : "the port closed"));
      port.open((error) => {
        if (error) return end(explain(error));
        if (state !== "opening") return void release();
        state = "open";
        signal.removeEventListener("abort", abort);
        port.flush(() => {
          resolve({
            get isOpen() {
              return state === "open" && port.isOpen;
            },
            write: (bytes, drained) => {
              // A write before open would be queued and sent later, as somebody else's question.
              if (!port.isOpen) return;
              port.write(bytes);
              port.drain((failed) => {
                if (!failed && state === "open") drained();
              });
            },
            destroy: () => {
              state = "gone";
              return release();
            },
          });
        });
      });
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
    });
