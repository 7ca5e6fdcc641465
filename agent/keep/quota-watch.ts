import type { EntryBody, EventBody } from "../../feed/format/body.ts";
import type { Entry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Quota } from "./quota.ts";
import type { State } from "./state.ts";

const WARN_AT = 0.9;
/** Below this a new crossing is announced again; the gap keeps a state file that grows and rests from repeating itself. */
const CALM_AT = 0.85;
const LOOK_EVERY_BYTES = 16 * 1024;
const ANNOUNCED = "quota-90";

/** Looks at the quota as entries are kept, and says so in the journal itself once it is nine tenths used. */
export interface QuotaWatch {
  around(bodies: readonly EntryBody[], append: () => readonly Entry[]): readonly Entry[];
}

export function quotaWatch(quota: Quota, state: State, say: (event: EventBody) => void): QuotaWatch {
  let unseen = LOOK_EVERY_BYTES;
  let announced = state.recall(ANNOUNCED) === "1";

  /** A journal can go from calm to full in one step: the event may take the room that was set aside for it. */
  const announce = (t: string, used: number): void => {
    const detail = `${Math.floor(used * 100)} percent of the journal's quota is used`;
    quota.apply(true);
    try {
      say({ type: "event", t, code: "QUOTA_90", detail });
    } finally {
      quota.apply();
    }
    announced = true;
    state.remember(ANNOUNCED, "1");
  };

  const look = (t: string): void => {
    const share = quota.share();
    if (share === undefined) return;
    quota.apply();
    if (share.used >= WARN_AT && !announced) announce(t, share.used);
    if (share.used < CALM_AT && announced) {
      announced = false;
      state.remember(ANNOUNCED, "0");
    }
  };

  const refused = (t: string): void => {
    const share = quota.share();
    if (share !== undefined && !announced) announce(t, Math.max(share.used, 1));
  };

  return {
    around: (bodies, append) => {
      const t = bodies.at(-1)?.t ?? "";
      let entries: readonly Entry[];
      try {
        entries = append();
      } catch (error) {
        if (error instanceof Fault && error.code === "E_JOURNAL_FULL") quietly(() => refused(t));
        throw error;
      }
      for (const { bytes } of entries) unseen += bytes.length;
      if (unseen >= LOOK_EVERY_BYTES) {
        unseen = 0;
        quietly(() => look(t)); // the entries are kept, whatever comes of the event
      }
      return entries;
    },
  };
}

function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}
