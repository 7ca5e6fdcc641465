/** The control file, and the list of sums dpkg verifies an installed package with. */
import { createHash } from "node:crypto";

export interface ControlFacts {
  readonly version: string;
  /** As Debian calls it. */
  readonly architecture: string;
  readonly kibibytes: number;
  readonly needs: readonly string[];
}

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64", arm: "armhf" };

/** Debian's name of what Node calls so; undefined where no package is made. */
export const debianArchitecture = (arch: string): string | undefined => architectures[arch];

export function controlText({ version, architecture, kibibytes, needs }: ControlFacts): string {
  return `Package: cems-agent
Version: ${version}
Architecture: ${architecture}
Maintainer: cems-agent maintainers <maintainers@cems-agent.invalid>
Installed-Size: ${kibibytes}
Depends: adduser, ${needs.join(", ")}
Recommends: chrony, systemd
Section: science
Priority: optional
Description: trustworthy emission data from monitors and meters
 Reads continuous emissions monitoring systems and meters, keeps every reading
 with its raw bytes in a signed journal, and sends it to a receiver that
 verifies it. The receiver and its verifier are in the same package.
 .
 It carries the Node.js that it was tested with and needs no network to be
 installed. Nothing is started until /etc/cems-agent/site.yaml is there.
`;
}

/** @param files path below the root of the system, and content */
export const md5sums = (files: readonly (readonly [path: string, content: Buffer])[]): string =>
  files.map(([path, content]) => `${createHash("md5").update(content).digest("hex")}  ${path}\n`).join("");
