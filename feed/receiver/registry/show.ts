import type { KeyEpoch } from "../../format/epoch.ts";
import type { Register, RegisteredLog } from "../../format/registry.ts";
import { sha256 } from "../../format/tree.ts";
import type { Vkey } from "../../format/vkey.ts";

/** What two people read to each other: the first 32 hex digits of SHA-256 over the verifier key, in fours. */
export const fingerprint = ({ text }: Vkey): string =>
  (sha256(Buffer.from(text)).toString("hex").slice(0, 32).match(/.{4}/g) ?? []).join(" ");

/** Whether a person typed this fingerprint, with whatever spaces and case. */
export const sameFingerprint = (vkey: Vkey, typed: string): boolean =>
  typed.replace(/[^0-9a-f]/gi, "").toLowerCase() === fingerprint(vkey).replaceAll(" ", "");

/** The register as a person reads it. */
export function registerLines(register: Register): string[] {
  return [
    `register ${register.serial} of ${register.t}, signed by ${register.key.text}`,
    `  fingerprint ${fingerprint(register.key)}`,
    ...register.logs.flatMap(logLines),
  ];
}

function logLines({ origin, gateway, genesis, keys, after, next }: RegisteredLog): string[] {
  return [
    `${origin} (gateway ${gateway})`,
    `  entry 0 ${genesis.toString("base64")}`,
    ...(after === null ? [] : [`  continues ${after.origin} after ${after.size} entries`]),
    ...keys.flatMap((epoch) => [
      `  ${validity(epoch)}: ${epoch.vkey.text}`,
      `    fingerprint ${fingerprint(epoch.vkey)}`,
    ]),
    ...(next === null ? [] : [`  closed at ${next.size}, to be continued by ${next.origin}`]),
  ];
}

const validity = ({ from, to, revoked }: KeyEpoch): string =>
  `from size ${from} ${to === null ? "on" : `to ${to}`}${revoked ? ", revoked" : ""}`;

/** The same for programs: one object. */
export function registerJson({ serial, t, key, logs }: Register): string {
  const rows = logs.map(({ genesis, keys, ...log }) => ({
    ...log,
    genesis: genesis.toString("base64"),
    keys: keys.map(({ vkey, ...epoch }) => ({ key: vkey.text, fingerprint: fingerprint(vkey), ...epoch })),
  }));
  return JSON.stringify({ serial, t, key: key.text, fingerprint: fingerprint(key), logs: rows });
}
