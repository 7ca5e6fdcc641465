import type { OpenWire } from "../../drivers/line/wire.ts";

/** What went over the wire since the last question. */
export interface Overheard {
  /** The last bytes we sent. */
  readonly sent: Buffer;
  /** What came after them. */
  readonly received: Buffer;
}

/** More than this says no more than that the line babbles. */
const mostBytes = 65_536;

/** Listens in on a line without touching what it carries, so that a person can be told what an exchange alone does not say. */
export class Wiretap {
  /** Whether there ever was a connection. */
  opened = false;
  private sent: Buffer = Buffer.alloc(0);
  private received: Buffer[] = [];
  private length = 0;

  /** The same wire, overheard. */
  on(open: OpenWire): OpenWire {
    return async (events, signal) => {
      const wire = await open(
        {
          data: (chunk) => {
            this.hear(chunk);
            events.data(chunk);
          },
          closed: events.closed,
        },
        signal,
      );
      this.opened = true;
      return {
        get isOpen() {
          return wire.isOpen;
        },
        write: (bytes, drained) => {
          this.sent = Buffer.from(bytes);
          this.forget();
          wire.write(bytes, drained);
        },
        destroy: () => wire.destroy(),
      };
    };
  }

  overheard(): Overheard {
    return { sent: this.sent, received: Buffer.concat(this.received) };
  }

  /** Nothing was asked yet. */
  clear(): void {
    this.sent = Buffer.alloc(0);
    this.forget();
  }

  private hear(chunk: Buffer): void {
    if (this.length + chunk.length > mostBytes) return;
    this.received.push(Buffer.from(chunk));
    this.length += chunk.length;
  }

  private forget(): void {
    this.received = [];
    this.length = 0;
  }
}
