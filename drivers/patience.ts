/**
 * How often a device is asked that does not answer. A device that left a whole poll unanswered is asked one cheap question at the next;
 * if that stays unanswered too, it is left alone for so long that its line spends at most 5 % of its time on it in an hour. Pure; times are ms.
 */
export interface Patience {
  /** Attempts in a row without an answer. */
  readonly unanswered: number;
  /** It is not asked before this moment. */
  readonly until: number;
}

export const patient: Patience = { unanswered: 0, until: 0 };

/** A pause is at least 24 times what the attempt cost the line; a twentieth of an hour then has room for the poll before it too. */
const leastPauses = 24;
/** After an unanswered question the line is kept silent for twice its deadline. */
const quarantined = 3;
const firstPauseMs = 2000;
const longestPauseMs = 60_000;

/** Whether one cheap question comes before the others. */
export const doubtful = ({ unanswered }: Patience): boolean => unanswered > 0;

/** After an attempt whose unanswered questions took `waitedMs`. Pauses grow to a minute, and beyond only as the 5 % demand. */
export function afterSilence(was: Patience, waitedMs: number, now: number): Patience {
  const unanswered = was.unanswered + 1;
  if (unanswered === 1) return { unanswered, until: now };
  const growing = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(unanswered - 2, 10));
  return { unanswered, until: now + Math.max(growing, leastPauses * quarantined * waitedMs) };
}
