import type { BusFailure, ReadRequest } from "../driver.ts";
import type { Framed } from "./framing.ts";
import type { Asked } from "./request.ts";
import { Copies, Unanswered } from "./unanswered.ts";

/**
 * Whose reply a frame is, on lines where frames say nothing of the request they answer: RTU and ASCII. It belongs to the oldest request
 * that it fits; a reply equal to one of a moment ago is doubted.
 */
export class Matching {
  /** The request whose reply is awaited. */
  pending: Asked | undefined;
  private readonly unanswered = new Unanswered();
  private readonly copies = new Copies();
  private readonly lateMs: number;
  private readonly unmatched: boolean;

  /**
   * @param lateMs a reply later than this after its deadline never comes
   * @param unmatched forgets what was asked before: only to show in a test what remembering it is worth
   */
  constructor(lateMs: number, unmatched: boolean) {
    this.lateMs = lateMs;
    this.unmatched = unmatched;
  }

  /** Whether nothing that comes now can be an answer. */
  get idle(): boolean {
    return this.pending === undefined && this.unanswered.size === 0;
  }

  ask(asked: Asked): void {
    if (this.unmatched) this.unanswered.clear();
    this.unanswered.add(asked);
    this.pending = asked;
  }

  /** The oldest request that a frame with this head may answer. */
  find(unit: number, functionCode: number, third: number): Asked | undefined {
    return this.unanswered.first(unit, functionCode, third);
  }

  /** Whether a frame may begin like this, as far as it has come. */
  expects(unit: number, functionCode: number | undefined): boolean {
    return this.unanswered.expects(unit, functionCode);
  }

  /** `frame` (unit, PDU, CRC) answers `asked`. */
  answer(asked: Asked, frame: Buffer, now: number): Framed {
    if (asked !== this.pending) {
      this.unanswered.settle(asked);
      this.copies.keep(asked, frame, now);
      this.copies.distrust();
      return { is: "late" };
    }
    const copy = !this.unmatched && this.copies.holds(asked, frame);
    // What may be a copy settles nothing: the true reply may still come, and must then find its request here.
    if (!copy) this.unanswered.settle(asked);
    this.copies.keep(asked, frame, now);
    this.pending = undefined;
    return copy ? { is: "reply", frame, doubt: asked } : { is: "reply", frame };
  }

  /** The pending request was answered by something that cannot be read; its true answer may still come. */
  spoilt(failure: BusFailure): Framed {
    this.pending = undefined;
    return { is: "bad", failure };
  }

  /** The pending request is awaited no longer. */
  giveUp(): void {
    this.copies.distrust();
    this.pending = undefined;
  }

  /** Something came that nobody asked for. */
  distrust(): void {
    this.copies.distrust();
  }

  mistakable(unit: number, request: ReadRequest, now: number): boolean {
    this.unanswered.forget(now - this.lateMs);
    return !this.unmatched && this.unanswered.mistakable(unit, request);
  }

  recent(unit: number, request: ReadRequest, now: number): boolean {
    return this.mistakable(unit, request, now) || this.copies.like(unit, request, now);
  }

  believe(doubt: Asked, frame: Buffer): void {
    this.unanswered.settle(doubt);
    this.copies.trust(doubt, frame);
  }
}
