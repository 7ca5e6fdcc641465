import type { BusFailure } from "../driver.ts";
import type { Edition } from "./request.ts";

/** What each bit of the error byte says, lowest first (DL/T 645-2007, 7.2 and Annex E; DL/T 645-1997, 6.2.3). */
const errors: Readonly<Record<Edition, readonly string[]>> = {
  "2007": [
    "other error",
    "no such data",
    "wrong password or no authority",
    "the baud rate cannot be changed",
    "too many yearly time zones",
    "too many daily periods",
    "too many tariffs",
    "bit 7",
  ],
  "1997": [
    "illegal data",
    "wrong data identifier",
    "wrong password",
    "bit 3",
    "too many yearly time zones",
    "too many daily periods",
    "too many tariffs",
    "bit 7",
  ],
};

/** A meter's refusal in words. `byte` is the error byte with 33 taken off; some meters leave it away. */
export function refused(edition: Edition, address: string, byte: number | undefined): BusFailure {
  if (byte === undefined) return { code: "E_BUS_EXCEPTION", detail: `meter ${address} refuses and does not say why` };
  const named = errors[edition].filter((_, bit) => ((byte >> bit) & 1) === 1);
  const why = named.length > 0 ? named.join(", ") : "no error bit is set";
  return { code: "E_BUS_EXCEPTION", detail: `meter ${address} refuses: ${why}` };
}
