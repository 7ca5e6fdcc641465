import { readFileSync, writeFileSync } from "node:fs";
import { type AnyCommand, command, flag, integer, only, option, or } from "../../command.ts";
import { authOf, signAuthorisation } from "../../format/authorise.ts";
import { readEnrolment } from "../../format/enrol.ts";
import { Fault } from "../../format/faults.ts";
import { openRegister } from "../../format/registry.ts";
import { KEY_NAME } from "../../format/vkey.ts";
import { ends } from "../ends.ts";
import { admit, lastTree, revoke, succeed } from "./decide.ts";
import { expectGood, initRegistry, onDisk, openRegistry } from "./folder.ts";
import { fingerprint, registerJson, registerLines, sameFingerprint } from "./show.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const dir = option("--dir DIR", "the registry's folder, with the offline key");
const origin = option("--origin ORIGIN", "the log, as its key is named");
const readGiven = (file: string): Buffer => onDisk("E_REGISTRY_FOLDER", () => readFileSync(file));

const init = command({
  name: "registry init",
  about: "Make the registry's offline key and an empty register. Do it on a machine without a network.",
  takes: {
    dir,
    policy: option("--policy FILE", "the policy.txt that `cems-receiver init` wrote"),
    name: or(
      only(
        option("--name DOMAIN", "the service's domain, after which the key is named"),
        (name) => KEY_NAME.test(`reg.${name}`),
        "A domain without spaces and without +, such as dqs.example.cn,",
      ),
      "dqs.example.cn",
    ),
  },
  examples: ["registry init --dir registry --name dqs.example.cn --policy policy.txt"],
  ends: ends["registry init"],
  run: ({ dir, name, policy }) => {
    for (const line of registerLines(initRegistry(dir, name, policy, new Date()).register)) print(line);
    print(`${dir}/reg.pem stays here. ${dir}/register.note is public: give it to receivers and verifiers.`);
    return 0;
  },
});

const add = command({
  name: "registry add",
  about: "Register the log, or the new key, that a request of `cems-agent enrol` or `rotate` asks for.",
  takes: {
    request: option("REQUEST", "the request"),
    dir,
    fingerprint: or(option("--fingerprint HEX", "what the seal on the box says; refuse any other key"), undefined),
  },
  examples: ["registry add request.note --dir registry --fingerprint '3f1c 99a0 ...'"],
  ends: ends["registry add"],
  run: ({ request: file, dir, fingerprint: typed }) => {
    const registry = openRegistry(dir);
    const raw = readGiven(file);
    const request = expectGood(readEnrolment(raw));
    const strange = request.keys.find((vkey) => typed !== undefined && !sameFingerprint(vkey, typed));
    if (strange)
      throw new Fault("E_REGISTRY_REFUSED", `the key of the request has the fingerprint ${fingerprint(strange)}`);
    const { serial } = registry.publish(expectGood(admit(registry.register, request, raw)));
    const { genesis, gateway, keys, from } = request;
    print(`register ${serial}: ${genesis.origin} of gateway ${gateway}, from size ${from ?? 0} on`);
    print(`  plant ${genesis.plant}, stack ${genesis.stack}, device ${genesis.dev.model} ${genesis.dev.sn}`);
    for (const vkey of keys) print(`  ${vkey.text}\n  fingerprint ${fingerprint(vkey)}`);
    if (typed === undefined)
      print("Compare the fingerprint with the seal on the box before you hand the register out.");
    return 0;
  },
});

const revoke_ = command({
  name: "registry revoke",
  about: "Revoke the keys of a log beyond a tree size: the last one that was mirrored before the report.",
  takes: { dir, origin, size: integer("--size N", "the last tree size that stays valid") },
  examples: ["registry revoke --dir registry --origin dqs.example.cn/log/p1-s1-g1/1 --size 53120"],
  ends: ends["registry revoke"],
  run: ({ dir, origin, size }) => {
    const registry = openRegistry(dir);
    const { serial } = registry.publish(expectGood(revoke(registry.register, origin, size)));
    print(`register ${serial}: no key of ${origin} is valid beyond ${size}`);
    return 0;
  },
});

const authorise = command({
  name: "registry authorise",
  about: "Close a log at its last countersigned tree and authorise another to continue it.",
  takes: {
    checkpoint: option("CHECKPOINT", "the log's last checkpoint, as `cems-receiver receipt` prints it"),
    dir,
    next: only(
      option("--next ORIGIN", "the origin that continues it"),
      (name) => KEY_NAME.test(name),
      "An origin such as dqs.example.cn/log/p1-s1-g1/2",
    ),
    out: option("--out FILE", "the authorisation to write, for `cems-agent init --after`"),
  },
  examples: ["registry authorise last.note --dir registry --next dqs.example.cn/log/p1-s1-g1/2 --out after.note"],
  ends: ends["registry authorise"],
  run: ({ checkpoint, dir, next, out }) => {
    const registry = openRegistry(dir);
    const after = expectGood(lastTree(registry.register, readGiven(checkpoint)));
    const note = signAuthorisation({ after, next, t: new Date().toISOString() }, registry.signer);
    const changed = expectGood(succeed(registry.register, after, next, authOf(note)));
    // First the authorisation: a register that names one which nobody has would close the log for nothing.
    onDisk("E_REGISTRY_FOLDER", () => writeFileSync(out, note, { flag: "wx", flush: true }));
    const { serial } = registry.publish(changed);
    print(
      `register ${serial}: ${after.origin} is closed at ${after.size}; ${next} may continue it. ${out}: give it to the plant.`,
    );
    return 0;
  },
});

const show = command({
  name: "registry show",
  about: "Print a register; its signature is checked against the key that it names.",
  takes: { register: option("REGISTER", "register.note"), json: flag("--json", "print one JSON object") },
  examples: ["registry show register.note", "registry show register.note --json"],
  ends: ends["registry show"],
  run: ({ register: file, json }) => {
    const read = expectGood(openRegister(readGiven(file)));
    for (const line of json ? [registerJson(read)] : registerLines(read)) print(line);
    return 0;
  },
});

export const registryCommands: readonly AnyCommand[] = [init, add, revoke_, authorise, show];
