import { createHash, timingSafeEqual } from "node:crypto";
import type { Finding } from "./finding.ts";
import { mayBeSaid } from "./reply.ts";
import { LoggerStream, type Pushed } from "./stream.ts";

/** A whole frame of a logger that may speak to us. */
export type Arrived = Extract<Pushed, { readonly frame: Buffer }>;

export interface SessionEvents {
  /**
   * `acknowledge` sends the reply the logger waits for, if it waits for one; to be called when what it said is safe, since the logger
   * then forgets it. Later than the connection, it does nothing.
   */
  pushed(arrived: Arrived, acknowledge: () => void): void;
  /** Something that was no frame. */
  finding(finding: Finding): void;
}

export interface SessionSettings {
  /** The password every message must carry; left out: none is asked for. */
  readonly password?: string;
  write(bytes: Buffer): void;
  /** The connection is to be ended, and why. Nothing more is heard from then on. */
  end(why: string): void;
}

/** Bytes without one good frame after which the other side is not a logger. Some 60 of the longest frames. */
export const mostJunk = 65_536;

/** One connection to a logger, whoever opened it: input bounded, password asked, acknowledgements let out and nothing else. */
export class LoggerSession {
  private readonly stream = new LoggerStream();
  private readonly settings: SessionSettings;
  private readonly events: SessionEvents;
  private junkBefore = 0;
  private over = false;

  constructor(settings: SessionSettings, events: SessionEvents) {
    this.settings = settings;
    this.events = events;
  }

  get discarded(): number {
    return this.stream.discarded;
  }

  /** @returns whether a good frame was among it */
  hear(chunk: Buffer): boolean {
    let good = false;
    // Cut to pieces, so that a single chunk cannot bring more frames than there is room for between two looks at the junk.
    for (let at = 0; at < chunk.length && !this.over; at += 4096) {
      for (const pushed of this.stream.hear(chunk.subarray(at, at + 4096))) {
        if (this.over) return good;
        if ("finding" in pushed) this.events.finding(pushed.finding);
        else if (!samePassword(this.settings.password, pushed.message.pw)) this.stop("a message with a wrong password");
        else {
          good = true;
          this.junkBefore = this.stream.discarded;
          const { reply } = pushed;
          this.events.pushed(pushed, () => void (reply !== undefined && this.say(reply)));
        }
      }
      if (this.stream.discarded - this.junkBefore > mostJunk) this.stop(`more than ${mostJunk} bytes without a frame`);
    }
    return good;
  }

  /** The connection is gone. */
  close(): void {
    this.over = true;
  }

  private say(reply: Buffer): void {
    if (!this.over && mayBeSaid(reply)) this.settings.write(reply);
  }

  private stop(why: string): void {
    if (this.over) return;
    this.over = true;
    this.settings.end(why);
  }
}

/** In a time that does not depend on where the two differ, nor on how long they are. */
function samePassword(wanted: string | undefined, given: string | undefined): boolean {
  if (wanted === undefined) return true;
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(wanted), digest(given ?? ""));
}
