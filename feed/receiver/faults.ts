import type { FaultRow } from "../format/faults.ts";
import { yamlProblems } from "../yaml/problem.ts";

/** Everything that stops the receiver. What is wrong with a message never does: see the checks of the format. */
export const receiverFaults = {
  E_RECEIVER_EXISTS: {
    consequence: "nothing is made; what is there stays as it is",
    hint: "Keys and ledger are never overwritten. Name a folder that is empty or not there yet.",
    exit: 73,
  },
  E_RECEIVER_FOLDER: {
    consequence: "nothing is made, and nothing is left of the attempt",
    hint: "Name a folder in which you may write, on a disk with space, then run init again.",
    exit: 73,
  },
  ...yamlProblems,
  E_RECEIVER_SETTINGS: {
    consequence: "nothing is started",
    hint: "Correct what is listed in receiver.yaml; `cems-receiver init` writes one with comments.",
    exit: 78,
  },
  E_RECEIVER_KEY: {
    consequence: "nothing is started",
    hint: "Each is a PKCS #8 PEM of Ed25519, a key of its own, that only its owner may read: chmod 0400. Restore the keys that `cems-receiver init` made.",
    exit: 77,
  },
  E_REGISTER: {
    consequence: "nothing is started; while it runs, the register that was read before goes on",
    hint: "Put the register.note that the registry signed last where receiver.yaml says, and its verifier key; never an older one.",
    exit: 78,
  },
  E_REGISTRY_EXISTS: {
    consequence: "nothing is made; what is there stays as it is",
    hint: "The offline key is never overwritten: name another folder, or another file to write.",
    exit: 73,
  },
  E_REGISTRY_FOLDER: {
    consequence: "the register is as it was",
    hint: "Name a folder that `cems-receiver registry init` made and in which you may write, and files that you may read.",
    exit: 74,
  },
  E_REGISTRY_KEY: {
    consequence: "the register is as it was",
    hint: "The folder holds reg.pem, a PKCS #8 PEM of Ed25519 that only its owner may read (chmod 0400), and the register that it signed.",
    exit: 77,
  },
  E_REGISTRY_REFUSED: {
    consequence: "the register is as it was",
    hint: "The code is that of a failed check; feed/README.md says what each means.",
    exit: 2,
  },
  E_RECEIPT_NONE: {
    consequence: "no receipt is made",
    hint: "Name a log of which the ledger holds entries; `cems-receiver tail --summary` lists them.",
    exit: 66,
  },
  E_LEDGER_MISSING: {
    consequence: "nothing is started; a new ledger is never begun in its place",
    hint: "Check the path. Restore the ledger from its backup; only `cems-receiver init` begins a new one.",
    exit: 66,
  },
  E_LEDGER_CORRUPT: {
    consequence: "nothing is acknowledged or shown",
    hint: "Keep the file as evidence, check the disk, restore a backup; the gateways send again what it lacks.",
    exit: 65,
  },
  E_LEDGER_HELD: {
    consequence: "nothing is started; the other receiver goes on",
    hint: "Another receiver runs on this ledger. Stop it first, or give this one settings and a ledger of its own.",
    exit: 75,
  },
  E_LEDGER_BUSY: {
    consequence: "nothing is acknowledged",
    hint: "Another program holds the ledger's write lock. Stop it.",
    exit: 75,
  },
  E_LEDGER_FULL: {
    consequence: "nothing is acknowledged, so the gateways keep what they have",
    hint: "Free space on the disk of the ledger and start again.",
    exit: 74,
  },
  E_LEDGER_IO: {
    consequence: "nothing is acknowledged, so the gateways keep what they have",
    hint: "Check the disk, the mount options and the owner of the ledger.",
    exit: 71,
  },
  E_LEDGER_REFUSED: {
    consequence: "the change is not kept and not acknowledged",
    hint: "A rule of the ledger was broken by the program itself. Report it with the log.",
    exit: 70,
  },
  E_CLOSE_MONTH: {
    consequence: "nothing is closed",
    hint: "Name the month as it stands in the certificates: --month 2026-10.",
    exit: 64,
  },
  E_CLOSE_FOLDER: {
    consequence: "not every statement was written",
    hint: "Name a folder in which you may write, on a disk with space, then close the month again.",
    exit: 73,
  },
  E_EXPORT_MISSING: {
    consequence: "nothing is verified",
    hint: "Name the folder that `cems-agent export` wrote: it holds keys.txt and leaves.jsonl.",
    exit: 66,
  },
  E_EXPORT_READ: {
    consequence: "nothing is verified",
    hint: "Check that the export holds files that you may read, and the disk it is on.",
    exit: 74,
  },
  E_VERIFY_POLICY: {
    consequence: "nothing is verified",
    hint: "Give --policy the policy.txt that `cems-receiver init` wrote with a line `log VKEY` added: the gateway's key from receiver.yaml.",
    exit: 66,
  },
  E_VERIFY_REGISTER: {
    consequence: "nothing is verified",
    hint: "Give --register the register.note of the regulator, and --register-key the verifier key that it published.",
    exit: 66,
  },
} as const satisfies Record<string, FaultRow>;
export type ReceiverFaultCode = keyof typeof receiverFaults;
