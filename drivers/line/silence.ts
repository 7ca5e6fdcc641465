import { pauseUntil } from "./pause.ts";

/** Pauses shorter than this are waited out to the microsecond: t3.5 is a cost of every request, a quarantine is not. */
const exactBelowMs = 10;

/** How long an RTU line must stay silent before the next request: t3.5 always, longer after a request that was not answered. Times in ms. */
export class Silence {
  private readonly gapMs: number;
  private readonly stop: AbortSignal;
  private lastByteAt = Number.NEGATIVE_INFINITY;
  private quietFrom = 0;
  private quietMs = 0;

  constructor(gapMs: number, stop: AbortSignal) {
    this.gapMs = gapMs;
    this.stop = stop;
  }

  /** A byte came, wanted or not. */
  broken(now: number): void {
    this.lastByteAt = now;
  }

  /** Nothing may be sent before the line was silent for `ms` from now on; a longer silence still asked for stays asked for. */
  require(ms: number, now: number): void {
    this.quietMs = this.reached(now) ? ms : Math.max(ms, this.quietMs);
    this.quietFrom = now;
  }

  /** The line answered as it should. */
  lift(): void {
    this.quietMs = 0;
  }

  reached(now: number): boolean {
    return now >= this.until();
  }

  /** Waits for the silence; false if it was broken again and again for `atMost` ms, or if the line was closed. */
  async wait(atMost: number): Promise<boolean> {
    const giveUpAt = Math.max(this.until(), performance.now()) + atMost;
    for (;;) {
      const now = performance.now();
      const until = this.until();
      if (now >= until) return true;
      if (now >= giveUpAt || this.stop.aborted) return false;
      const exact = until - now < exactBelowMs;
      await pauseUntil(until, exact ? { exact } : { signal: this.stop });
    }
  }

  private until(): number {
    const gap = this.lastByteAt + this.gapMs;
    return this.quietMs === 0 ? gap : Math.max(gap, Math.max(this.quietFrom, this.lastByteAt) + this.quietMs);
  }
}
