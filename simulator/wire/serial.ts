import { converse, type Device } from "./conversation.ts";
import type { SerialTransport } from "./faults.ts";
import { type PacedWire, pacedWire } from "./paced.ts";
import { openPty } from "./pty.ts";
import { type LineForm, readerFor } from "./readers.ts";

export interface SerialService {
  /** What a master opens. It stays the same when the line is unplugged and plugged in again. */
  readonly path: string;
  /** On a paced line: frames of the master that broke the silence between frames, or the half-duplex; else 0. */
  tooEarly(): number;
  close(): Promise<void>;
}

/** How long an unplugged line stays away. */
const unpluggedMs = 1000;

/**
 * Devices on a serial line. A "disconnect" fault unplugs it: the master's open port is dead, and a second later there is a
 * new one under the same path.
 * @param path a symbolic link to make
 * @param pace the baud rate at which the line keeps the time of the wire; left out: none is kept
 * @throws Fault E_SIM_PTY
 */
export async function serveSerial(
  devices: readonly Device[],
  path: string,
  form: LineForm & { readonly transport: SerialTransport } = { transport: "rtu" },
  pace?: number,
): Promise<SerialService> {
  let unplug = (): void => {};
  let wire: PacedWire | undefined;
  let tooEarlyBefore = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const plug = async (): Promise<void> => {
    const pty = await openPty(path);
    const conversation = converse({
      devices,
      reader: readerFor(form),
      absent: "silence",
      write: (bytes) => (wire === undefined ? pty.write(bytes) : wire.send(bytes)),
      hangUp: () => {
        unplug();
        timer = setTimeout(() => (plugging = plug()), unpluggedMs);
      },
    });
    tooEarlyBefore += wire?.tooEarly ?? 0;
    wire = pace === undefined ? undefined : pacedWire(pace, { toDevices: conversation.receive, toMaster: pty.write });
    unplug = () => {
      conversation.end();
      wire?.end();
      pty.close();
    };
    pty.onData(wire?.receive ?? conversation.receive);
    if (closed) unplug();
  };
  let plugging = plug();
  await plugging;
  return {
    path,
    tooEarly: () => tooEarlyBefore + (wire?.tooEarly ?? 0),
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await plugging;
      unplug();
    },
  };
}
