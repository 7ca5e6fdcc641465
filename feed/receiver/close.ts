import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signClose } from "../cert/close.ts";
import { Fault } from "../format/faults.ts";
import { countersignedOf } from "./certificates.ts";
import { loadKeys } from "./keys.ts";
import { openReader } from "./readings.ts";
import { certificatesFolder, type ReceiverSettings } from "./settings.ts";

export interface Closed {
  readonly gateway: string;
  /** The file that was written; absent where no certificate of the month was countersigned. */
  readonly file?: string;
  readonly certs: readonly string[];
}

/**
 * Writes the month-close statement of each registered log into a folder, NAME.close.note. What was closed before is closed
 * again with what is known now. E_CLOSE_MONTH where it is no month, E_CLOSE_FOLDER where it cannot be written.
 */
export function closeMonth(settings: ReceiverSettings, month: string, out: string, now: number): readonly Closed[] {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new Fault("E_CLOSE_MONTH", `${month} is no month; write 2026-10`);
  const keys = loadKeys(settings.keys, settings.name);
  const reader = openReader(settings.ledger, (origin) => origin);
  try {
    const sizes = new Map(reader.summary().logs.map(({ origin, mirrored }) => [origin, mirrored]));
    inFolder(out, () => mkdirSync(out, { recursive: true }));
    return settings.gateways.map(({ id, log }) => {
      const certs = countersignedOf(certificatesFolder(settings), month, log, keys.control.vkey);
      const newest = certs.at(-1);
      if (newest === undefined) return { gateway: id, certs: [] };
      const [size, root] = newest.certificate.close;
      const note = signClose(
        {
          origin: log.name,
          month,
          size,
          root,
          mirrored: sizes.get(log.name) ?? 0,
          certs: certs.map(({ certificate: { cert }, text }) => [cert, sha256(text)]),
          t: new Date(now).toISOString(),
        },
        keys.control,
      );
      const file = join(out, `${log.name.replaceAll("/", "_")}.close.note`);
      inFolder(out, () => writeFileSync(file, note));
      return { gateway: id, file, certs: certs.map(({ certificate: { cert } }) => cert) };
    });
  } finally {
    reader.close();
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64");

function inFolder(out: string, work: () => unknown): void {
  try {
    work();
  } catch (cause) {
    throw new Fault("E_CLOSE_FOLDER", `${out}: ${cause instanceof Error && "code" in cause ? cause.code : cause}`, {
      cause,
    });
  }
}
