import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A small certificate authority made by openssl: paths of PEM files in `dir`. */
export interface Authority {
  readonly ca: string;
  /** A certificate of `name`, for a server with `host` as its alternative name, for a client without. */
  issue(name: string, host?: string): Pair;
}

export function certificateAuthority(dir: string, name = "test CA"): Authority {
  const openssl = (...args: readonly string[]): void => {
    execFileSync("openssl", args, { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
  };
  const file = (ending: string): string => join(dir, `${name.replace(/\W/g, "-")}-${ending}`);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const subject = (cn: string): readonly string[] => ["-subj", `/CN=${cn}`];
  openssl("req", "-x509", ...curve, "-keyout", file("ca.key"), "-out", file("ca.pem"), "-days", "2", ...subject(name));
  return {
    ca: file("ca.pem"),
    issue: (cn, host) => {
      const pair = { cert: file(`${cn}.pem`), key: file(`${cn}.key`) };
      openssl("req", ...curve, "-keyout", pair.key, "-out", file(`${cn}.csr`), ...subject(cn));
      const kind = host === undefined ? "clientAuth" : "serverAuth";
      const alternative = host === undefined ? "" : `\nsubjectAltName=${/^[\d.]+$/.test(host) ? "IP" : "DNS"}:${host}`;
      writeFileSync(file(`${cn}.ext`), `extendedKeyUsage=${kind}${alternative}\n`);
      const sign = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "1"];
      openssl("x509", "-req", "-in", file(`${cn}.csr`), ...sign, "-extfile", file(`${cn}.ext`), "-out", pair.cert);
      return pair;
    },
  };
}
