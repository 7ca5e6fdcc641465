import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { Fault, good, type Result } from "../../format/faults.ts";
import { openRegister, type Register, seenOf } from "../../format/registry.ts";
import type { Vkey } from "../../format/vkey.ts";
import type { Gateway } from "../gateway.ts";
import type { Ledger } from "../ledger.ts";

/** Where the register is, and the registry's key, which the receiver knows from elsewhere. */
export interface RegisterSource {
  readonly file: string;
  readonly key: Vkey;
}

/** Of the settings: a signed register, or rows. */
interface Registering {
  readonly register?: RegisterSource;
  readonly gateways: readonly Gateway[];
}

/** The gateways of a register: of one id the last is the newest generation. */
export const gatewaysOf = ({ logs }: Register): readonly Gateway[] =>
  logs.map(({ gateway, origin, keys, genesis }) => ({ id: gateway, log: { name: origin, keys, genesis } }));

/** The register as it is in the file: REG_SIG. E_REGISTER where it cannot be read. */
export function readRegister({
  file,
  key,
}: RegisterSource): Result<{ readonly raw: Buffer; readonly register: Register }> {
  let raw: Buffer;
  try {
    raw = readFileSync(file);
  } catch (cause) {
    throw new Fault("E_REGISTER", `cannot read ${file}`, { cause });
  }
  const register = openRegister(raw, key);
  return register.ok ? good({ raw, register: register.value }) : register;
}

/** Who is registered as the settings stand, whatever register was used before. E_REGISTER. */
export function registeredIn({ register: source, gateways }: Registering): readonly Gateway[] {
  if (source === undefined) return gateways;
  const read = readRegister(source);
  if (!read.ok) throw new Fault("E_REGISTER", `${source.file}: ${read.problem.code} ${read.problem.detail}`);
  return gatewaysOf(read.value.register);
}

/** Reads the register to be used from now on, unless the ledger saw a later one: REG_SIG, REG_ROLLBACK. E_REGISTER, E_LEDGER_*. */
export async function useRegister(source: RegisterSource, ledger: Ledger): Promise<Result<Register>> {
  const read = readRegister(source);
  if (!read.ok) return read;
  const { register, raw } = read.value;
  const problem = await ledger.useRegister(seenOf(register, raw));
  return problem === undefined ? good(register) : { ok: false, problem };
}

/** Calls `changed` when the file is another one, and at SIGHUP, until `close`. */
export function watchRegister(file: string, changed: () => void): { close(): void } {
  // By looking every second: it sees a file that is replaced by another, on any file system.
  watchFile(file, { interval: 1000, persistent: false }, changed);
  process.on("SIGHUP", changed);
  return {
    close: () => {
      unwatchFile(file, changed);
      process.off("SIGHUP", changed);
    },
  };
}
