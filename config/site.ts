import { dirname, resolve } from "node:path";
import type { LineSettings } from "../drivers/line/settings.ts";
import type { Profile } from "../drivers/profile.ts";
import type { Watched } from "../feed/derive/calibration/watch.ts";
import type { Substitutable } from "../feed/derive/substitute/fill.ts";
import { type Millis, millis } from "../feed/format/vocabulary.ts";
import type { CertificateOf } from "./check-certificate.ts";
import type { DerivedChannel } from "./derivations.ts";
import { deviceProfile } from "./engineering.ts";
import type { SiteFile } from "./site-file.ts";

/** A site as the agent uses it: checked, every default filled in, every path absolute. */
export interface Site {
  /** The file it was read from. */
  readonly file: string;
  /** SHA-256 of that file's bytes, base64. */
  readonly sha256: string;
  readonly origin: string;
  readonly suite: SiteFile["site"]["suite"];
  readonly gateway: string;
  readonly plant: string;
  readonly stack: string;
  /** The gateway itself. */
  readonly device: { readonly model: string; readonly sn: string };
  /** Folder of `log.key`, perhaps `twin.key`, and `journal/`. */
  readonly state: string;
  /** Absent: the log key is a file. */
  readonly key?: { readonly pkcs11: NonNullable<SiteFile["key"]>["pkcs11"] };
  /** `recheck`: time since midnight, UTC. */
  readonly seal: {
    readonly every: Millis;
    readonly entries: number;
    readonly anchor: Millis;
    readonly recheck: Millis;
  };
  /** Bytes the journal may take. */
  readonly quota: number;
  /** Months after which polls may be pruned; absent: never. */
  readonly retain?: number;
  readonly log: SiteFile["log"];
  /** Absent: entries are only kept. */
  readonly feed?: Feed;
  readonly lines: readonly LineSettings[];
  readonly devices: readonly Device[];
  /** Absent: nothing is made of the readings. */
  readonly derived?: Derived;
  /** Absent: no month is certified. */
  readonly certificate?: CertificateOf;
}

/** Where the site's days and months begin, ahead of UTC: where it derives nothing, as in China. */
export const daysAhead = ({ derived }: Pick<Site, "derived">): Millis => derived?.offset ?? millis(8 * 3_600_000);

export interface Derived {
  /** Where days and months begin, ahead of UTC. */
  readonly offset: Millis;
  /** Each after those it is made of. */
  readonly channels: readonly DerivedChannel[];
  /** Measured channels whose zero and span checks are judged. */
  readonly checks: readonly Watched[];
  /** Of each measured channel, its unit. */
  readonly units: ReadonlyMap<string, string>;
  /** By channel: what reports may fill, and what the rules ask of it. */
  readonly substitutes: ReadonlyMap<string, Substitutable>;
}

export interface Feed {
  readonly broker: string;
  /** Policy file. */
  readonly policy: string;
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string; readonly servername?: string };
  readonly username?: string;
  readonly passwordFile?: string;
}

export interface Device {
  readonly id: string;
  /** Id of its line. */
  readonly line: string;
  /** As the protocol of its line counts: a unit id, the digits of a DL/T 645 meter, the MN of a logger. */
  readonly address: string;
  readonly every: Millis;
  readonly settingsEvery: Millis;
  /** The profile as this site uses it: only the chosen points, input modules scaled. */
  readonly profile: Profile;
}

/** Resolves a checked site file; every profile it names is in `profiles`. */
export function resolveSite(
  file: string,
  sha256: string,
  written: SiteFile,
  profiles: ReadonlyMap<string, Profile>,
): Site {
  const {
    site,
    feed,
    state,
    key,
    lines,
    devices,
    derived: _derived,
    certificate: _certificate,
    profiles: _profiles,
    ...rest
  } = written;
  const absolute = (path: string): string => resolve(dirname(file), path);
  return {
    file: resolve(file),
    sha256,
    ...site,
    ...rest,
    state: absolute(state),
    ...(key && {
      key: {
        pkcs11: { ...key.pkcs11, module: absolute(key.pkcs11.module), pinFile: absolute(key.pkcs11.pinFile) },
      },
    }),
    ...(feed && { feed: resolveFeed(feed, absolute) }),
    lines: lines.map((line) =>
      "passwordFile" in line && line.passwordFile !== undefined
        ? { ...line, passwordFile: absolute(line.passwordFile) }
        : line,
    ),
    devices: devices.map((device) => {
      const profile = profiles.get(device.profile);
      if (profile === undefined) throw new TypeError(`${device.profile} was not checked`);
      const { id, line, every, settingsEvery } = device;
      const address = String(device.unit ?? device.address ?? device.mn);
      return { id, line, address, every, settingsEvery, profile: deviceProfile(profile, device) };
    }),
  };
}

function resolveFeed(feed: NonNullable<SiteFile["feed"]>, absolute: (path: string) => string): Feed {
  const { tls, policy, passwordFile, ...rest } = feed;
  return {
    ...rest,
    policy: absolute(policy),
    ...(passwordFile !== undefined && { passwordFile: absolute(passwordFile) }),
    ...(tls && {
      tls: {
        ca: absolute(tls.ca),
        ...(tls.cert !== undefined && { cert: absolute(tls.cert) }),
        ...(tls.key !== undefined && { key: absolute(tls.key) }),
        ...(tls.serverName !== undefined && { servername: tls.serverName }),
      },
    }),
  };
}
