/** What a technician is told: what was seen, and what to check, in order. */
export interface Finding {
  readonly code: FindingCode;
  readonly text: string;
  readonly check?: readonly string[];
}

export type FindingCode =
  | "framing" // the same device answers in another framing
  | "settings" // it answers with other serial settings
  | "echo" // our own question comes back
  | "two-devices" // two answers to one question
  | "exception" // it refuses
  | "gateway" // a gateway cannot reach it
  | "late" // an answer to a question before this one
  | "misfit" // an answer to something else
  | "stranger" // an answer of somebody else
  | "noise" // bytes that are no answer
  | "unread" // it answers, and no register could be read
  | "order" // the profile's byte order is not the plausible one
  | "silent" // nothing at all
  | "closed" // there is no line
  | "hint";

/** How it went, as the exit status says it: it answers as it should, not as it should, without a register that could be read, or nothing answers. */
export type Outcome = "good" | "odd" | "unread" | "nothing";
export const statusOf: Readonly<Record<Outcome, number>> = { good: 0, odd: 1, unread: 1, nothing: 2 };

/** Of several parts the worst says how it went; where anything answered at all it is not nothing. */
export function together(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 0 || outcomes.every((one) => one === "nothing")) return "nothing";
  if (outcomes.every((one) => one === "good")) return "good";
  return outcomes.every((one) => one === "good" || one === "unread") ? "unread" : "odd";
}
