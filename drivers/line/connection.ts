import { backOff } from "./timing.ts";
import { explain, type OpenWire, type Wire, type WireEvents } from "./wire.ts";

/**
 * The transport of a line: opened when first asked for, destroyed when it fails and built anew, never repaired. The first attempt
 * after the line last answered is immediate; each further one waits longer. A connection that opens but never answers counts as failed.
 */
export class Connection {
  wire: Wire | undefined;
  /** Transports built after the first. */
  rebuilds = 0;
  private built = 0;
  private tries = 0;
  private notBefore = 0;
  private lastFailure = "";
  private closing: Promise<void> = Promise.resolve();
  private readonly stop = new AbortController();
  private readonly openWire: OpenWire;
  private readonly events: WireEvents;
  private readonly random: () => number;

  constructor(openWire: OpenWire, events: WireEvents, random: () => number) {
    this.openWire = openWire;
    this.events = events;
    this.random = random;
  }

  get isOpen(): boolean {
    return this.wire?.isOpen ?? false;
  }

  /** Opens, or says why not: at once while a pause before the next attempt runs. One call at a time. */
  async open(): Promise<string | undefined> {
    if (this.stop.signal.aborted) return "the line was closed";
    const now = performance.now();
    if (now < this.notBefore)
      return `${this.lastFailure}; next attempt in ${Math.ceil((this.notBefore - now) / 100) / 10} s`;
    this.drop("reopened");
    await this.closing;
    this.tries++;
    let gone: string | undefined;
    try {
      const wire = await this.openWire(
        {
          data: (chunk) => this.events.data(chunk),
          closed: (why) => {
            gone = why;
            this.lost(why);
          },
        },
        this.stop.signal,
      );
      if (this.built++ > 0) this.rebuilds++;
      this.wire = wire;
      if (gone === undefined && !this.stop.signal.aborted) return undefined;
      this.drop(gone ?? "the line was closed");
    } catch (error) {
      gone = explain(error);
    }
    this.fail(gone ?? "the line was closed");
    return this.lastFailure;
  }

  /** The line answered: whatever happens next, the first new attempt is immediate. */
  proven(): void {
    this.tries = 0;
  }

  /** Destroys the transport. */
  drop(why: string): void {
    const wire = this.wire;
    if (wire === undefined) return;
    this.wire = undefined;
    this.closing = wire.destroy();
    this.fail(why);
  }

  /** For good; resolves when the operating system has let go. */
  async close(): Promise<void> {
    this.stop.abort();
    this.drop("the line was closed");
    await this.closing;
  }

  private lost(why: string): void {
    if (this.wire === undefined) return;
    this.drop(why);
    this.events.closed(why);
  }

  private fail(why: string): void {
    this.lastFailure = why;
    this.notBefore = performance.now() + backOff(this.tries, this.random);
  }
}
