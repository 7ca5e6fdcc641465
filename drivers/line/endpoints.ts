import { lookup } from "node:dns/promises";
import { realpathSync } from "node:fs";
import { isIP, SocketAddress } from "node:net";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { LineSettings } from "./settings.ts";

/** How names lead to things: a path to the device behind its links, a host to its addresses. */
export interface Resolving {
  real(path: string): string;
  /** None if the host has no address, or none is told in time. */
  addresses(host: string): Promise<readonly string[]>;
}

/** How long a host's name may take to resolve, ms. Where names are not resolved its line is known by the name alone. */
const lookupMs = 2000;
/** A device has one or two addresses; a name with more than these is no device. */
const mostAddresses = 8;

/**
 * What makes two lines one, whatever they are called. A serial port has the name it was given, which stays when an adapter is
 * plugged elsewhere, and that of the device node behind it; a host has its name and its addresses.
 */
export async function endpointsOf(line: LineSettings, how: Resolving = system): Promise<readonly string[]> {
  if ("path" in line) return [...new Set([resolve(line.path), how.real(line.path)])].map((path) => `serial:${path}`);
  const host = hostOf(line);
  if (line.transport === "hj212-listen") return [`listen:${host}:${line.port}`];
  const addresses = isIP(host) === 0 ? (await how.addresses(host)).slice(0, mostAddresses) : [];
  return [...new Set([host, ...addresses].map(destination))].map((name) => `net:${name}:${line.port}`);
}

/** One spelling of a host name or address. This machine is one, whether it is spoken to by its name, in IPv4 or in IPv6. */
function plainHost(host: string): string {
  const name = host.toLowerCase();
  if (name === "localhost") return "127.0.0.1";
  if (isIP(name) !== 6) return name;
  const { address } = new SocketAddress({ address: name, family: "ipv6" });
  return address === "::1" ? "127.0.0.1" : address.replace(/^::ffff:(?=\d+\.)/, "");
}

/** One spelling of where a line leads to, or listens: on every address of this machine is then not the same as on one of them. */
export const hostOf = ({ transport, host }: { readonly transport?: unknown; readonly host: string }): string =>
  transport === "hj212-listen" ? plainHost(host) : destination(host);

/** Whoever connects to the address that stands for all of this machine's arrives at this machine. */
function destination(host: string): string {
  const name = plainHost(host);
  return name === "0.0.0.0" || name === "::" ? "127.0.0.1" : name;
}

const system: Resolving = {
  real: (path) => {
    try {
      return realpathSync(path);
    } catch {
      return resolve(path);
    }
  },
  addresses: async (host) => {
    const told = lookup(host, { all: true }).then(
      (found) => found.map(({ address }) => address),
      () => [],
    );
    const over = new AbortController();
    const late = pause(lookupMs, [], { signal: over.signal }).catch(() => []);
    return Promise.race([told, late]).finally(() => over.abort());
  },
};
