import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../files/folders.ts";
import { Fault } from "../format/faults.ts";
import { formatPolicy } from "../format/policy.ts";
import { createKeys, loadKeys, policyOf } from "./keys.ts";
import { createLedger } from "./sqlite-ledger.ts";

/**
 * Makes a receiver in `dir`, which MUST NOT hold anything: keys, ledger, receiver.yaml, and the policy.txt that plants are
 * given. What fails is taken away again, so that it can be tried again. E_RECEIVER_EXISTS; E_RECEIVER_FOLDER, E_LEDGER_*
 * where it cannot be written.
 */
export function initReceiver(dir: string, name: string): void {
  const wasThere = isEmptyFolder(dir);
  const keys = join(dir, "keys");
  written(dir, () => {
    makeFolders(dir, 0o700);
    mkdirSync(keys, { mode: 0o700 }); // of two at once only one gets past this
  });
  try {
    written(dir, () => {
      createKeys(keys);
      writeFileSync(join(dir, "policy.txt"), formatPolicy(policyOf(loadKeys(keys, name))), { flag: "wx" });
      createLedger(join(dir, "ledger.db"));
      writeFileSync(join(dir, "receiver.yaml"), settingsText(name), { flag: "wx" });
    });
  } catch (error) {
    // The folder itself may be all that the user may write to.
    const made = wasThere ? readdirSync(dir).map((entry) => join(dir, entry)) : [dir];
    for (const path of made) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** False: nothing is there. Throws E_RECEIVER_EXISTS for what is there and is no empty folder. */
function isEmptyFolder(dir: string): boolean {
  const found = written(dir, () => statSync(dir, { throwIfNoEntry: false }));
  if (found === undefined) return false;
  if (!found.isDirectory()) throw new Fault("E_RECEIVER_EXISTS", `${dir} is not a folder`);
  if (written(dir, () => readdirSync(dir)).length > 0) throw new Fault("E_RECEIVER_EXISTS", `${dir} is not empty`);
  return true;
}

function written<T>(dir: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Fault || !(error instanceof Error && "code" in error)) throw error;
    throw new Fault("E_RECEIVER_FOLDER", `cannot make ${dir}: ${error.message}`, { cause: error });
  }
}

const settingsText = (name: string): string => `# The receiver of ${name}. Paths are relative to this file.

# The service's domain. Its keys are w1.${name} (witness), m1.${name} (mirror) and ctl.${name} (control).
name: ${name}
keys: keys
ledger: ledger.db

broker:
  url: mqtt://127.0.0.1:1883
  # One id per receiver: two with one id would throw each other out.
  clientId: cems-receiver
  # For TLS 1.3 write the url as mqtts://HOST:8883 and name the PEM files:
  # tls: { ca: ca.pem, cert: receiver.pem, key: receiver.key, servername: mqtt.${name} }
  # username: receiver
  # passwordFile: password

# Whom we hear: the gateway's id in its topics, and the verifier key of the log it may write, as \`cems-agent init\` prints
# it. A key that is no longer valid stays, with the last tree size it may sign: until: 480, revoked: true. A gateway that
# begins a new generation gets a row more with the same id and its new key, below the old one.
gateways: []
#  - id: g1
#    log: ${name}/log/plant-stack-g1/1+4579d83e+Ad5W1/Cep4JbXNdHe3EXC4akR6gjePixzJPCs5X1UW4n

logLevel: info

# Which share of the derived periods is computed again from the readings they were made of (1: all of them).
recompute: { share: 0.1 }
`;
