import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ToleranceId } from "../derive/difference.ts";
import { good, type Result } from "../format/faults.ts";
import type { LinkSettings } from "../link.ts";
import { brokerFileProblems } from "../yaml/broker-files.ts";
import { type Problem, type Reporter, reporter, syntaxProblems, unreadFile } from "../yaml/problem.ts";
import { readYaml } from "../yaml/read.ts";
import { inOrder } from "../yaml/render.ts";
import { schemaProblems } from "../yaml/schema-problems.ts";
import { checkBroker, group } from "./check-broker.ts";
import type { Gateway } from "./gateway.ts";
import { register, signedRegister } from "./register.ts";
import type { RegisterSource } from "./registry/use.ts";
import { type SettingsFile, settingsFile } from "./settings-file.ts";

export interface ReceiverSettings {
  /** The service's domain: w1.NAME, m1.NAME and ctl.NAME are its keys. */
  readonly name: string;
  readonly keys: string;
  readonly ledger: string;
  readonly broker: LinkSettings;
  /** Without a register. */
  readonly gateways: readonly Gateway[];
  /** Where it is there, the gateways are those that it names. */
  readonly register?: RegisterSource;
  readonly logLevel: string;
  /** Which share of the derived periods is computed again, 0 to 1, and how far apart the values may be. */
  readonly recompute: { readonly share: number; readonly tolerances: ToleranceId };
}

/**
 * Reads receiver.yaml; its paths are relative to its folder. Returns settings that can be run or every problem there is, one
 * message each. With `files`, the certificates and the password it names are looked at too: who only reads needs none.
 */
export function loadSettings(
  file: string,
  { files = false }: { readonly files?: boolean } = {},
): Result<ReceiverSettings, readonly Problem[]> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return failed([unreadFile(file, error, "the path of the receiver.yaml that `cems-receiver init` wrote")]);
  }
  const yaml = readYaml(bytes);
  const syntax = syntaxProblems(file, yaml);
  if (yaml.value === undefined) return failed(syntax);
  const report: Reporter = reporter(file, yaml);
  const parsed = settingsFile.safeParse(yaml.value);
  const raw = group(yaml.value);
  const broker = group(raw.broker);
  const named = { tls: group(broker.tls), passwordFile: broker.passwordFile };
  const from = (name: string): string => resolve(dirname(file), name);
  const { gateways, problems: unregistered } = register(raw.gateways, report);
  const signed = signedRegister(group(raw.register), gateways, report);
  const problems = [
    ...syntax,
    ...(parsed.success ? [] : schemaProblems(parsed.error.issues, settingsFile, yaml.value, report)),
    ...checkBroker(broker, report),
    ...unregistered,
    ...signed.problems,
    ...(files ? brokerFileProblems(named, { at: ["broker"], whose: "the receiver's", from, report }) : []),
  ];
  if (!parsed.success || problems.length > 0) return failed(problems);
  const { name, keys, ledger, broker: written, register: asked, ...plain } = parsed.data;
  const source = asked && signed.key && { register: { file: from(asked.file), key: signed.key } };
  const paths = { keys: from(keys), ledger: from(ledger), broker: linkTo(written, from) };
  return good({ ...plain, name, ...paths, ...source, gateways });
}

const failed = (problems: readonly Problem[]): Result<never, readonly Problem[]> => ({
  ok: false,
  problem: inOrder(problems),
});

function linkTo({ tls, passwordFile, ...plain }: SettingsFile["broker"], from: (name: string) => string): LinkSettings {
  return {
    ...plain,
    ...(passwordFile !== undefined && { passwordFile: from(passwordFile) }),
    ...(tls && {
      tls: {
        ...tls,
        ca: from(tls.ca),
        ...(tls.cert !== undefined && { cert: from(tls.cert) }),
        ...(tls.key !== undefined && { key: from(tls.key) }),
      },
    }),
  };
}

/** Countersigned certificates lie beside the ledger. */
export const certificatesFolder = ({ ledger }: Pick<ReceiverSettings, "ledger">): string =>
  join(dirname(ledger), "certificates");
