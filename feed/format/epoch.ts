import type { Finding } from "./faults.ts";
import type { Vkey } from "./vkey.ts";

/**
 * For which tree sizes a log key may sign: from <= size <= to; `to` null while it is in use. By size and not by date, so
 * that whoever sets a clock back reaches into no other epoch.
 */
export interface KeyEpoch {
  readonly vkey: Vkey;
  readonly from: number;
  readonly to: number | null;
  /** Whether it ended because it was revoked. */
  readonly revoked: boolean;
}

/** The epoch of a key that has no bounds. */
export const unbounded = (vkey: Vkey): KeyEpoch => ({ vkey, from: 0, to: null, revoked: false });

const covers = ({ from, to }: KeyEpoch, size: number): boolean => size >= from && (to === null || size <= to);

/** The keys that may sign a tree of this size. */
export const keysFor = (epochs: readonly KeyEpoch[], size: number): readonly Vkey[] =>
  epochs.filter((epoch) => covers(epoch, size)).map(({ vkey }) => vkey);

/**
 * Whether one of the keys that signed a tree may do so at its size; what else signed it does no harm, as at a rotation, where
 * the old key and the new one sign the same tree. KEY_REVOKED where one was revoked below that size, KEY_EPOCH otherwise.
 */
export function checkEpoch(epochs: readonly KeyEpoch[], signedBy: readonly Vkey[], size: number): Finding | undefined {
  const used = epochs.filter(({ vkey }) => signedBy.some(({ text }) => text === vkey.text));
  if (used.some((epoch) => covers(epoch, size))) return undefined;
  const ended = used.find(({ revoked, to }) => revoked && to !== null && size > to) ?? used[0];
  if (ended === undefined) return { code: "KEY_EPOCH", detail: `tree of ${size}: its key has no epoch` };
  const { from, to, revoked, vkey } = ended;
  const code = revoked && to !== null && size > to ? "KEY_REVOKED" : "KEY_EPOCH";
  return { code, detail: `tree of ${size}: ${vkey.name} is valid from ${from} ${to === null ? "on" : `to ${to}`}` };
}
