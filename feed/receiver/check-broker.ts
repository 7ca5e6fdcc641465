import { brokerAddress } from "../link/settings.ts";
import type { Problem, Reporter } from "../yaml/problem.ts";
import { hasLogin, loginInAddress } from "../yaml/secrets.ts";

type Loose = Readonly<Record<string, unknown>>;

/** A file that does not fit its schema is still looked at as far as it can be read. */
export const group = (value: unknown): Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {};

/** What no single setting of the broker can know. */
export function checkBroker({ url, tls }: Loose, report: Reporter): Problem[] {
  if (typeof url !== "string") return [];
  const path = ["broker", "url"];
  const address = brokerAddress(url);
  if (address === undefined) {
    const message = hasLogin(url) ? `url is ${loginInAddress}` : `${url} is not the address of a broker`;
    return [report("E_CONFIG_VALUE", path, message, "mqtt://HOST:PORT or mqtts://HOST:PORT")];
  }
  if (address.protocol === "mqtts" && tls === undefined)
    return [report("E_CONFIG_MISSING", path, "mqtts without `tls`", "tls: { ca: FILE }")];
  if (address.protocol === "mqtt" && tls !== undefined)
    return [report("E_CONFIG_VALUE", path, "`tls` without mqtts", url.replace("mqtt:", "mqtts:"))];
  return [];
}
