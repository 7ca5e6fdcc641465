import type { LinkFaultCode } from "../link/faults.ts";
import type { ReceiverFaultCode } from "./faults.ts";

const ledger = [
  "E_LEDGER_MISSING",
  "E_LEDGER_CORRUPT",
  "E_LEDGER_BUSY",
  "E_LEDGER_FULL",
  "E_LEDGER_IO",
] as const satisfies readonly ReceiverFaultCode[];

const registry = [
  "E_REGISTRY_FOLDER",
  "E_REGISTRY_KEY",
  "E_REGISTRY_REFUSED",
] as const satisfies readonly ReceiverFaultCode[];

/** The faults with which each command can end, for its help. */
export const ends = {
  "registry init": ["E_REGISTRY_EXISTS", "E_REGISTRY_FOLDER", "E_REGISTRY_KEY", "E_VERIFY_POLICY"],
  "registry add": [...registry],
  "registry revoke": [...registry],
  "registry authorise": [...registry, "E_REGISTRY_EXISTS"],
  "registry show": ["E_REGISTRY_FOLDER", "E_REGISTRY_REFUSED"],
  receipt: ["E_RECEIVER_SETTINGS", "E_RECEIVER_KEY", "E_REGISTER", ...ledger, "E_RECEIPT_NONE"],
  init: ["E_RECEIVER_EXISTS", "E_RECEIVER_FOLDER", "E_RECEIVER_KEY", "E_LEDGER_FULL", "E_LEDGER_IO"],
  run: [
    "E_RECEIVER_SETTINGS",
    "E_RECEIVER_KEY",
    "E_REGISTER",
    ...ledger,
    "E_LEDGER_HELD",
    "E_LEDGER_REFUSED",
    "E_LINK_SETTING",
  ],
  tail: ["E_RECEIVER_SETTINGS", "E_REGISTER", ...ledger],
  close: ["E_RECEIVER_SETTINGS", "E_RECEIVER_KEY", "E_REGISTER", ...ledger, "E_CLOSE_MONTH", "E_CLOSE_FOLDER"],
  verify: ["E_EXPORT_MISSING", "E_EXPORT_READ", "E_VERIFY_POLICY", "E_VERIFY_REGISTER"],
} as const satisfies Record<string, readonly (ReceiverFaultCode | LinkFaultCode)[]>;
