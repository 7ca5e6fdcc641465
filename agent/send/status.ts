import { randomBytes } from "node:crypto";

/**
 * The retained status message. Its nonce asks the service for a signed statement of what it holds, and for its receipts;
 * `want` asks for the entries from that number on. Unsigned and never evidence.
 */
export interface Question {
  readonly nonce: string;
  readonly payload: Buffer;
}

export function question(size: number, want?: number): Question {
  const nonce = randomBytes(16).toString("hex");
  const status = { state: "online", size, nonce, ...(want !== undefined && { want }) };
  return { nonce, payload: Buffer.from(JSON.stringify(status)) };
}

/** What the broker says for an agent that vanished. */
export const offlineText: Buffer = Buffer.from(JSON.stringify({ state: "offline" }));
