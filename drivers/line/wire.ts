/** A byte stream to a line: a socket or a serial port. Made anew for each connection, never used twice. */
export interface Wire {
  readonly isOpen: boolean;
  /** `drained` is called when the operating system has passed the bytes on, where that can be known. */
  write(bytes: Buffer, drained: () => void): void;
  /** Idempotent; resolves when the operating system has let go of it. No event comes after the call. */
  destroy(): Promise<void>;
}

export interface WireEvents {
  /** The chunk is only borrowed until the call returns. */
  data(chunk: Buffer): void;
  /** At most once, and only after a successful open. */
  closed(why: string): void;
}

/** Rejects with an Error whose message says why there is no connection. The signal gives up an attempt. */
export type OpenWire = (events: WireEvents, signal: AbortSignal) => Promise<Wire>;

/** What a foreign error says about itself, its code first. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined || error.message.includes(code) ? error.message : `${code}: ${error.message}`;
}
