import type { FaultRow } from "../../feed/format/faults.ts";

/** Why no Debian package is made. */
export const packageFaults = {
  E_PACKAGE_ARCH: {
    consequence: "no package is made",
    hint: "Packages are made on amd64, arm64 and armhf, each on a machine of its own kind: the addons are compiled there.",
    exit: 69,
  },
  E_PACKAGE_PARTS: {
    consequence: "no package is made",
    hint: "Type npm ci && npm run package in a complete checkout; on a machine with dpkg-deb, and without NODE_ENV.",
    exit: 66,
  },
  E_PACKAGE_WRITE: {
    consequence: "no package is made; one of the same name may be unfinished",
    hint: "The disk needs 300 MB, and the folder must be one in which you may write.",
    exit: 73,
  },
} as const satisfies Record<string, FaultRow>;
