import type { OpenWire } from "../../drivers/line/wire.ts";

/** What went over the wire since the last question. */
export interface Overheard {
  /** The last bytes we sent. */
  readonly sent: Buffer;
  /** What came after them. */
  readonly received: Buffer;
  /** What came before them, since the question before: late answers are among it. */
  readonly before: Buffer;
}

/** More than this says no more than that the line babbles. */
const mostBytes = 65_536;

/** Listens in on a line without touching what it carries, so that a person can be told what an exchange alone does not say. */
export class Wiretap {
  /** Whether there ever was a connection. */
  opened = false;
  private sent: Buffer = Buffer.alloc(0);
  private received: Buffer[] = [];
  private before: Buffer = Buffer.alloc(0);
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
          this.putBehind();
          this.sent = Buffer.from(bytes);
          wire.write(bytes, drained);
        },
        destroy: () => wire.destroy(),
      };
    };
  }

  overheard(): Overheard {
    const overheard = { sent: this.sent, received: Buffer.concat(this.received), before: this.before };
    this.forget();
    return overheard;
  }

  /** Nothing was asked yet. What came since the last question was overheard is kept as what came before the next. */
  clear(): void {
    this.sent = Buffer.alloc(0);
    this.before = Buffer.alloc(0);
  }

  private hear(chunk: Buffer): void {
    if (this.length + chunk.length > mostBytes) return;
    this.received.push(Buffer.from(chunk));
    this.length += chunk.length;
  }

  /** A bus may ask more than once for one question. Our own echo is nothing that anybody said. */
  private putBehind(): void {
    const came = Buffer.concat(this.received);
    const echoed = this.sent.length > 0 && came.subarray(0, this.sent.length).equals(this.sent);
    const all = Buffer.concat([this.before, echoed ? came.subarray(this.sent.length) : came]);
    this.before = all.subarray(-mostBytes);
    this.forget();
  }

  private forget(): void {
    this.received = [];
    this.length = 0;
  }
}
