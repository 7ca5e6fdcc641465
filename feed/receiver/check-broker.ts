import { brokerAddress } from "../link/settings.ts";
import type { Problem, Reporter } from "../yaml/problem.ts";
import { unreadable } from "../yaml/readable.ts";

type Loose = Readonly<Record<string, unknown>>;

/** A file that does not fit its schema is still looked at as far as it can be read. */
export const group = (value: unknown): Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {};

/** What no single setting of the broker can know. */
export function checkBroker({ url, tls }: Loose, report: Reporter): Problem[] {
  if (typeof url !== "string") return [];
  const path = ["broker", "url"];
  const address = brokerAddress(url);
  if (address === undefined)
    return [
      report("E_CONFIG_VALUE", path, `${url} is not the address of a broker`, "mqtt://HOST:PORT or mqtts://HOST:PORT"),
    ];
  if (address.protocol === "mqtts" && tls === undefined)
    return [report("E_CONFIG_MISSING", path, "mqtts without `tls`", "tls: { ca: FILE }")];
  if (address.protocol === "mqtt" && tls !== undefined)
    return [report("E_CONFIG_VALUE", path, "`tls` without mqtts", url.replace("mqtt:", "mqtts:"))];
  return [];
}

/** The certificates and the password that are named must be there and readable. */
export function checkFiles({ tls, passwordFile }: Loose, from: (name: string) => string, report: Reporter): Problem[] {
  const { ca, cert, key } = group(tls);
  const named = [
    [["broker", "tls", "ca"], ca, "the PEM file of the broker's certificate authority"],
    [["broker", "tls", "cert"], cert, "the PEM file of the receiver's certificate"],
    [["broker", "tls", "key"], key, "the PEM file of this certificate's key"],
    [["broker", "passwordFile"], passwordFile, "a file whose first line is the password"],
  ] as const;
  return named.flatMap(([path, name, instead]) => {
    const problem = typeof name === "string" ? unreadable(from(name)) : undefined;
    return problem === undefined ? [] : [report("E_CONFIG_READ", path, problem, instead)];
  });
}
