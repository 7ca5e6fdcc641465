/**
 * One deadline at a time, moved a few thousand times a second: the timer is left to run and looks, when it fires, whether the deadline has
 * moved on since. `bite` is called once, at or after the deadline.
 */
export class Watchdog {
  private readonly bite: () => void;
  private deadline = Number.POSITIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private firesAt = Number.POSITIVE_INFINITY;

  constructor(bite: () => void) {
    this.bite = bite;
  }

  /** @param at performance.now */
  watch(at: number, now: number): void {
    this.deadline = at;
    if (at < this.firesAt) this.arm(at, now);
  }

  rest(): void {
    this.deadline = Number.POSITIVE_INFINITY;
  }

  stop(): void {
    this.rest();
    clearTimeout(this.timer);
    this.firesAt = Number.POSITIVE_INFINITY;
  }

  private arm(at: number, now: number): void {
    clearTimeout(this.timer);
    this.firesAt = at;
    this.timer = setTimeout(this.fire, Math.ceil(at - now));
  }

  private readonly fire = (): void => {
    this.firesAt = Number.POSITIVE_INFINITY;
    if (this.deadline === Number.POSITIVE_INFINITY) return;
    const now = performance.now();
    if (now < this.deadline) {
      this.arm(this.deadline, now);
      return;
    }
    this.rest();
    this.bite();
  };
}
