import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Problem, Reporter, YamlProblemCode } from "./problem.ts";
import type { Path } from "./read.ts";
import { unreadable } from "./readable.ts";

/** The files of a connection to a broker, as a person named them. */
export interface BrokerFiles {
  readonly tls: { readonly ca?: unknown; readonly cert?: unknown; readonly key?: unknown };
  readonly passwordFile: unknown;
}

/** How a problem with these files is told: where the settings stand, whose certificate it is, and what their paths are. */
export interface BrokerFilesOf<Code extends string> {
  readonly at: Path;
  readonly whose: string;
  readonly from: (name: string) => string;
  readonly report: Reporter<Code | YamlProblemCode>;
}

/**
 * Certificates, key and password that are named for a broker must be there and be what they are named for: a broken one
 * would be noticed at the first connection only, and told of as a trouble of the line.
 */
export function brokerFileProblems<Code extends string>(
  { tls, passwordFile }: BrokerFiles,
  { at, whose, from, report }: BrokerFilesOf<Code>,
): Problem<Code | YamlProblemCode>[] {
  const [ofCert, ofKey] = [`the PEM file of ${whose} certificate`, "the PEM file of this certificate's key"];
  const [caAt, certAt, keyAt] = [
    [...at, "tls", "ca"],
    [...at, "tls", "cert"],
    [...at, "tls", "key"],
  ];
  const told = { from, report };
  const ca = looked(caAt, tls.ca, "the PEM file of the broker's certificate authority", certificate, told);
  const cert = looked(certAt, tls.cert, ofCert, certificate, told);
  const key = looked(keyAt, tls.key, ofKey, privateKey, told);
  const problems = [...ca.problems, ...cert.problems, ...key.problems];
  if (cert.holds && key.holds && !cert.holds.checkPrivateKey(key.holds))
    problems.push(report("E_CONFIG_VALUE", keyAt, `it is not the key of ${from(String(tls.cert))}`, ofKey));
  if (tls.cert !== undefined && tls.key === undefined)
    problems.push(report("E_CONFIG_MISSING", certAt, "`cert` without `key`", `key: FILE, ${ofKey}`));
  if (tls.key !== undefined && tls.cert === undefined)
    problems.push(report("E_CONFIG_MISSING", keyAt, "`key` without `cert`", `cert: FILE, ${ofCert}`));
  return [...problems, ...passwordProblems([...at, "passwordFile"], passwordFile, told)];
}

/** A file whose first line is a password; that of another connection than a broker's is looked at in the same way. */
export function passwordProblems<Code extends string>(
  path: Path,
  name: unknown,
  told: Told<Code>,
): readonly Problem<Code | YamlProblemCode>[] {
  return looked(path, name, "a file whose first line is the password", password, told).problems;
}

type Told<Code extends string> = Pick<BrokerFilesOf<Code>, "from" | "report">;

/** What a file holds, or the problem with it; neither where none is named. `read` says in words what the file lacks. */
function looked<T extends object, Code extends string>(
  path: Path,
  name: unknown,
  instead: string,
  read: (bytes: Buffer) => T | string,
  { from, report }: Told<Code>,
): { readonly holds?: T; readonly problems: readonly Problem<Code | YamlProblemCode>[] } {
  if (typeof name !== "string" || name === "") return { problems: [] };
  const file = from(name);
  const problem = unreadable(file);
  if (problem !== undefined) return { problems: [report("E_CONFIG_READ", path, problem, instead)] };
  const holds = read(readFileSync(file));
  if (typeof holds !== "string") return { holds, problems: [] };
  return { problems: [report("E_CONFIG_VALUE", path, `${file} ${holds}`, instead)] };
}

const password = (bytes: Buffer): object | string =>
  /^[^\r\n]/.test(bytes.toString("utf8")) ? bytes : "has nothing in its first line";

/** The labels that OpenSSL's PEM_read_bio_X509 takes (its pem.h); what is before, between and after them it skips. */
const certificates = /^-----BEGIN (X509 |TRUSTED |)CERTIFICATE-----[^-]*-----END \1CERTIFICATE-----/gm;

/** The first certificate of a chain, after all of them were read. */
function certificate(bytes: Buffer): X509Certificate | string {
  const blocks = bytes.toString("latin1").match(certificates) ?? [];
  try {
    const [first] = blocks.map((block) => new X509Certificate(block));
    return first ?? "holds no certificate in PEM";
  } catch {
    return "holds a certificate that cannot be read";
  }
}

function privateKey(bytes: Buffer): KeyObject | string {
  try {
    return createPrivateKey(bytes);
  } catch {
    // PKCS #8 says it in its label (RFC 7468, 11), the older form in a header (RFC 1421, 4.6.1.1).
    return /^(-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED)/m.test(bytes.toString("latin1"))
      ? "is locked with a passphrase, which nobody is there to type"
      : "holds no private key in PEM";
  }
}
