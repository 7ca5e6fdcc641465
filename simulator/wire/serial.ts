import { converse, type Device } from "./conversation.ts";
import type { SerialTransport } from "./faults.ts";
import { openPty } from "./pty.ts";
import { type LineForm, readerFor } from "./readers.ts";

export interface SerialService {
  /** What a master opens. It stays the same when the line is unplugged and plugged in again. */
  readonly path: string;
  close(): Promise<void>;
}

/** How long an unplugged line stays away. */
const unpluggedMs = 1000;

/**
 * Devices on a serial line. A "disconnect" fault unplugs it: the master's open port is dead, and a second later there is a
 * new one under the same path.
 * @param path a symbolic link to make
 * @throws Fault E_SIM_PTY
 */
export async function serveSerial(
  devices: readonly Device[],
  path: string,
  form: LineForm & { readonly transport: SerialTransport } = { transport: "rtu" },
): Promise<SerialService> {
  let unplug = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const plug = async (): Promise<void> => {
    const pty = await openPty(path);
    const conversation = converse({
      devices,
      reader: readerFor(form),
      absent: "silence",
      write: pty.write,
      hangUp: () => {
        unplug();
        timer = setTimeout(() => (plugging = plug()), unpluggedMs);
      },
    });
    unplug = () => {
      conversation.end();
      pty.close();
    };
    pty.onData(conversation.receive);
    if (closed) unplug();
  };
  let plugging = plug();
  await plugging;
  return {
    path,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await plugging;
      unplug();
    },
  };
}
