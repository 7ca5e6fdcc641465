import type { BusFailure, ReadRequest } from "../driver.ts";
import type { Framed, Framing } from "./framing.ts";
import { Matching } from "./matching.ts";
import type { Asked } from "./request.ts";

/** A framing in which frames say nothing of the request they answer: RTU and ASCII. Whose reply one is, is told by `Matching`. */
export abstract class MatchedFraming implements Framing {
  /** Never: a frame that does not come to its end is noise when the next request is made. */
  readonly stuck = false;
  protected readonly matching: Matching;

  /**
   * @param lateMs a reply later than this after its deadline never comes
   * @param unmatched forgets what was asked before: only to show in a test what remembering it is worth
   */
  constructor(lateMs: number, unmatched = false) {
    this.matching = new Matching(lateMs, unmatched);
  }

  abstract get discarded(): number;
  abstract ask(asked: Asked, adu: Buffer): Buffer;
  abstract hear(chunk: Buffer, now: number): Framed | undefined;

  giveUp(): BusFailure {
    const failure = this.diagnose();
    this.matching.giveUp();
    return failure;
  }

  mistakable(unit: number, request: ReadRequest, now: number): boolean {
    return this.matching.mistakable(unit, request, now);
  }

  recent(unit: number, request: ReadRequest, now: number): boolean {
    return this.matching.recent(unit, request, now);
  }

  believe(doubt: Asked, frame: Buffer): void {
    this.matching.believe(doubt, frame);
  }

  restart(): void {
    this.matching.pending = undefined;
    this.throwAway();
  }

  /** What was wrong with the pending request, as far as the bytes tell. */
  protected abstract diagnose(): BusFailure;
  /** What has come and is no frame yet will be none. */
  protected abstract throwAway(): void;
}
