import type { FaultRow } from "../../feed/format/faults.ts";

/** What can keep a month from being certified. */
export const certifyFaults = {
  E_CERT_SETTING: {
    consequence: "nothing is certified",
    hint: "Say under `certificate:` of the site file which sector and which key parameters are certified.",
    exit: 78,
  },
  E_CERT_MONTH: {
    consequence: "nothing is certified",
    hint: "Name a month that is over, in the site's own time: --month 2026-10.",
    exit: 64,
  },
  E_CERT_EMPTY: {
    consequence: "nothing is certified",
    hint: "The journal of this site has nothing of that month; an earlier generation may have it.",
    exit: 66,
  },
  E_CERT_OPEN: {
    consequence: "nothing is certified yet",
    hint: "The month is closed once its derived values are written and the service has cosigned them: let the agent run with its connection, then try again.",
    exit: 75,
  },
  E_CERT_STANDS: {
    consequence: "nothing is certified; the certificate that stands is not replaced",
    hint: "Look at what would differ. A correction is a certificate of its own that says why: --why TEXT.",
    exit: 73,
  },
  E_CERT_LOST: {
    consequence: "nothing is certified",
    hint: "The journal names a certificate that is not in the folder `certificates` of the state: restore it from a bundle or a backup.",
    exit: 66,
  },
} as const satisfies Record<string, FaultRow>;
