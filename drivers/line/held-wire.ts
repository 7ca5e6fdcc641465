import type { NamesHeld } from "./settings.ts";
import type { OpenWire } from "./wire.ts";

/**
 * A serial port that is opened only while no other program of ours holds the device its path leads to: a link such as those below
 * /dev/serial/by-id leads nowhere before its adapter is plugged in, and elsewhere after it was moved.
 */
export const heldWire =
  (open: OpenWire, hold: NamesHeld): OpenWire =>
  async (events, signal) => {
    const other = await hold.follow();
    if (other !== undefined) throw new Error(other);
    const wire = await open(events, signal);
    return {
      get isOpen() {
        return wire.isOpen;
      },
      write: (bytes, drained) => wire.write(bytes, drained),
      destroy: async () => {
        await wire.destroy();
        await hold.follow();
      },
    };
  };
