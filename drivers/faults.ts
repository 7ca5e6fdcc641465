import type { FaultRow } from "../feed/format/faults.ts";

/** Every way a line can fail; each becomes a missing reading with this code as its reason, never a number. */
export const busFaults = {
  E_BUS_TIMEOUT: {
    consequence: "missing; the line is quarantined until silent, then polled again",
    hint: "Check power, wiring A/B, unit id, baud rate and parity.",
  },
  E_BUS_CHECKSUM: {
    consequence: "missing; the reply is discarded",
    hint: "Check shielding, termination, baud rate and that one master only is on the line.",
  },
  E_BUS_REPLY: {
    consequence: "missing; the reply is discarded",
    hint: "Another device or master answers on this line, or the framing (TCP, RTU over TCP) is the wrong one.",
  },
  E_BUS_EXCEPTION: {
    consequence: "missing; the device refused the request",
    hint: "Modbus exception 2: compare the register address with the profile; 5, 6: the device is busy; 0A, 0B: the gateway cannot reach it. Elsewhere the detail says what the device refused.",
  },
  E_BUS_CLOSED: {
    consequence: "missing; the line is opened again with growing pauses",
    hint: "Check the cable, the host and port, and that no other program holds the serial port.",
  },
  E_BUS_RESTING: {
    consequence:
      "missing; the device is asked again with one question after a pause of a minute at most, so that its line stays free",
    hint: "It did not answer: check its power, address and wiring; `cems-agent probe` says what answers.",
  },
  E_BUS_ABORTED: { consequence: "the poll is given up because the agent stops", hint: "Nothing to do." },
  E_BUS_REFUSED: {
    consequence: "the request is not sent",
    hint: "Only reads within the limits of the protocol may go to a device.",
  },
} as const satisfies Record<string, FaultRow>;
export type BusFaultCode = keyof typeof busFaults;
