/** Time as a paced line needs it, in ms; handed in so that a test can drive it. */
export interface PaceClock {
  now(): number;
  /** Calls back in about so many ms, a little early or late; returns what takes it back. */
  later(ms: number, act: () => void): () => void;
}

export const realPace: PaceClock = {
  now: () => performance.now(),
  later: (ms, act) => {
    const timer = setTimeout(act, Math.ceil(ms));
    return () => clearTimeout(timer);
  },
};

export interface PacedWire {
  /** Bytes the master has written. */
  receive(bytes: Buffer): void;
  /** Bytes a device says; after those that are still on the wire. */
  send(bytes: Buffer): void;
  /** Frames that began less than t3.5 after the frame before them, or while a device was speaking. The devices did not hear them. */
  readonly tooEarly: number;
  end(): void;
}

/** Characters handed over at a time: half the FIFO of a common UART. */
const piece = 8;

/**
 * Gives a pseudo-terminal, which has no speed, the time of a two-wire line at `baud`, 10 bits a character (8N1). A frame of the master
 * begins when its bytes arrive, lasts its characters, and is heard by the devices when t3.5 of silence has ended it; what a device says
 * arrives no earlier than its characters have. t3.5 is 3.5 characters, above 19200 baud 1.75 ms (Modbus over serial line V1.02, 2.5.1.1).
 * A timer is late by a millisecond or so, and this line with it: it shows what a master does wrong, not how fast it can be.
 */
export function pacedWire(
  baud: number,
  ends: { readonly toDevices: (frame: Buffer) => void; readonly toMaster: (bytes: Buffer) => void },
  clock: PaceClock = realPace,
): PacedWire {
  const charMs = 10_000 / baud;
  const gapMs = baud > 19_200 ? 1.75 : 3.5 * charMs;
  let heard: { bytes: Buffer; until: number; readonly lost: boolean } | undefined;
  let said = Buffer.alloc(0);
  let saidFrom = 0;
  let lastEnd = Number.NEGATIVE_INFINITY;
  let tooEarly = 0;
  let forgetHeard = (): void => {};
  let forgetSaid = (): void => {};

  const finishFrame = (): void => {
    if (heard === undefined) return;
    const left = heard.until + gapMs - clock.now();
    if (left > 0) {
      forgetHeard = clock.later(left, finishFrame);
      return;
    }
    const { bytes, until, lost } = heard;
    heard = undefined;
    lastEnd = Math.max(lastEnd, until);
    if (!lost) ends.toDevices(bytes);
  };

  const say = (): void => {
    const now = clock.now();
    const arrived = Math.min(said.length, Math.floor((now - saidFrom) / charMs));
    const due = Math.min(said.length, piece);
    if (arrived >= due) {
      const bytes = said.subarray(0, arrived);
      said = said.subarray(arrived);
      saidFrom += arrived * charMs;
      lastEnd = Math.max(lastEnd, now);
      ends.toMaster(bytes);
      if (said.length === 0) return;
    }
    forgetSaid = clock.later(saidFrom + Math.min(said.length, piece) * charMs - clock.now(), say);
  };

  return {
    get tooEarly() {
      return tooEarly;
    },
    receive: (bytes) => {
      const now = clock.now();
      if (heard === undefined) {
        const lost = said.length > 0 || now < lastEnd + gapMs;
        if (lost) tooEarly += 1;
        heard = { bytes: Buffer.alloc(0), until: now, lost };
        forgetHeard = clock.later(gapMs, finishFrame);
      }
      heard.bytes = Buffer.concat([heard.bytes, bytes]);
      heard.until = Math.max(heard.until, now) + bytes.length * charMs;
    },
    send: (bytes) => {
      const silent = said.length === 0;
      said = Buffer.concat([said, bytes]);
      if (!silent || said.length === 0) return;
      saidFrom = clock.now();
      say();
    },
    end: () => {
      forgetHeard();
      forgetSaid();
      heard = undefined;
      said = Buffer.alloc(0);
    },
  };
}
