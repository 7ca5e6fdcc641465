/** Where the watch of a device's settings stands within one slot of their grid. */
export interface SettingsWatch {
  readonly slot: number;
  /** They were read in this slot, as far as the device has them. */
  readonly done: boolean;
  /** Reads in a row that were spoilt. */
  readonly spoilt: number;
  /** Polls to go by until they are asked for again. */
  readonly wait: number;
}

/** Spoilt reads in a row that are repeated at the very next poll; after these, ever more polls lie between. */
const atOnce = 3;

export const settingsWatch = (slot: number): SettingsWatch => ({ slot, done: false, spoilt: 0, wait: 0 });

/** The watch as it stands before a poll in this slot. */
export const inSlot = (watch: SettingsWatch, slot: number): SettingsWatch =>
  watch.slot === slot ? watch : settingsWatch(slot);

export const settingsDue = ({ done, wait }: SettingsWatch): boolean => !done && wait === 0;

/**
 * The watch after a poll. A read that was spoilt must not blind it until the next slot; one that is spoilt again and again must not cost
 * every poll its time. A device that was not heard at all is asked at its next poll: that costs it nothing more.
 */
export function afterPoll(watch: SettingsWatch, poll: "without" | "unheard" | "spoilt" | "settled"): SettingsWatch {
  if (poll === "without") return { ...watch, wait: Math.max(0, watch.wait - 1) };
  if (poll === "unheard") return watch;
  if (poll === "settled") return { ...watch, done: true, spoilt: 0 };
  const spoilt = watch.spoilt + 1;
  return { ...watch, spoilt, wait: spoilt < atOnce ? 0 : 2 ** (spoilt - atOnce) };
}
