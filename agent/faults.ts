import { configFaults } from "../config/faults.ts";
import { busFaults } from "../drivers/faults.ts";
import type { FaultRow } from "../feed/format/faults.ts";
import { linkFaults } from "../feed/link/faults.ts";
import { certifyFaults } from "./certify/faults.ts";
import { keepFaults } from "./keep/faults.ts";

/** Every failure of the agent: what follows for the data, what a person can do, and the exit status if it stops. */
export const faults = {
  ...busFaults,
  ...configFaults,
  ...keepFaults,
  ...linkFaults,
  ...certifyFaults,
  E_TAIL_DEVICE: {
    consequence: "nothing is shown",
    hint: "Name one of the `devices` of the site by its id.",
    exit: 64,
  },
  E_STALLED: {
    consequence:
      "of the named devices nothing has come to the disk since minutes; systemd starts the agent anew, the journal goes on",
    hint: "Once is a hiccup of a line or disk. Where it comes back, keep the log from before it and look at line and disk.",
  },
  E_NOTIFY: {
    consequence: "the agent goes on; systemd does not learn that it does, and will start it anew",
    hint: "systemd-notify has to be there, as it is beside systemd, and NotifyAccess=all in the unit.",
  },
  E_LINE_HELD: {
    consequence: "nothing is started and nothing is sent on the line; who holds it goes on",
    hint: "Two masters on one line spoil each other's answers: ask the one that has it, or stop it first.",
    exit: 69,
  },
  E_PROBE_ARGUMENT: {
    consequence: "nothing is asked",
    hint: "`cems-agent probe --help` and `cems-agent scan --help` say what can be asked for.",
    exit: 64,
  },
  E_PROBE_PUSHED: {
    consequence: "nothing is asked: a data logger answers no questions, it sends by itself",
    hint: "Look at what it sends: cems-agent tail --config FILE.",
    exit: 64,
  },
  E_DERIVED_UNKNOWN: {
    consequence: "nothing is explained or reported",
    hint: "Name a derived channel of the site and a period that is over: cems-agent explain so2.dry 2026-10-01T08 --config FILE. A report names a month: --month 2026-10.",
    exit: 64,
  },
  E_CALIBRATION_ARGUMENT: {
    consequence: "nothing is kept, charted or computed",
    hint: "`cems-agent calibration-enter --help`, and that of `calibration-chart` and `calibration-rata`, say what can be given.",
    exit: 64,
  },
  E_CALIBRATION_HANDOVER: {
    consequence: "the check is not handed over to the agent, and not kept",
    hint: "Call it as the user of the agent, who may write to the state folder, and see that the disk has room.",
    exit: 73,
  },
  E_CALIBRATION_TABLE: {
    consequence: "nothing is computed",
    hint: "The table has a first line reference,cems and then one run a line, as 250.1,248.9; a column rejected marks with x the runs that are left out.",
    exit: 65,
  },
  E_AFTER: {
    consequence: "nothing is made",
    hint: "Name the authorisation that the registry wrote for exactly this `site.origin`: cems-receiver registry authorise.",
    exit: 66,
  },
  E_ROTATE_TOKEN: {
    consequence: "the key stays as it is",
    hint: "A key that cannot leave its token needs no rotation against theft of the file. Where it must go, the registry closes the log, and a new generation begins with a key of another label: see agent/README.md.",
    exit: 69,
  },
  E_REQUEST: {
    consequence: "no request is written; a rotation that was done before it stays done, and `enrol` writes its request",
    hint: "Name a file that is not there yet, in a folder in which you may write; rotation.note in the state folder is kept for it.",
    exit: 73,
  },
  E_DEPOSIT_VALUE: {
    consequence: "nothing is deposited",
    hint: "`cems-agent deposit --help` says what each value looks like.",
    exit: 64,
  },
  E_DEPOSIT_FILE: {
    consequence: "nothing is deposited",
    hint: "Name a file that is not empty and that you may read, of at most 100 MiB; the state folder needs room for its copy.",
    exit: 66,
  },
  E_DEPOSIT_REFUSED: {
    consequence: "the value is not in the log",
    hint: "What was handed over stays in the spool folder, with the reason. Deposit it again.",
    exit: 65,
  },
  E_POLICY: {
    consequence: "nothing is started or exported",
    hint: "Put the policy.txt of the service, as `cems-receiver init` wrote it, where feed.policy says.",
    exit: 78,
  },
} as const satisfies Record<string, FaultRow>;
export type AgentFaultCode = keyof typeof faults;
