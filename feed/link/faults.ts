import type { FaultRow } from "../format/faults.ts";

/** Every way the link can fail. A send that failed is a value; nothing is kept here, so whoever sends offers it again. */
export const linkFaults = {
  E_LINK_DOWN: {
    consequence: "not sent; offered again when the link is up",
    hint: "Nothing to do: the link reconnects.",
  },
  E_LINK_LOST: {
    consequence: "not known whether the broker has it; offered again",
    hint: "Nothing to do: the link reconnects and the receiver drops what it has.",
  },
  E_LINK_TIMEOUT: {
    consequence: "the broker did not answer in time; the connection is rebuilt",
    hint: "Check the line and the load of the broker.",
  },
  E_LINK_REFUSED: {
    consequence: "the broker does not let us publish or subscribe there; tried again with growing pauses",
    hint: "Compare the broker's access list with the gateway id and the client certificate.",
  },
  E_LINK_BUSY: {
    consequence: "the broker is over a limit; tried again later",
    hint: "Check quota and load of the broker.",
  },
  E_LINK_LARGE: {
    consequence: "the message is larger than the broker takes; not sent",
    hint: "Raise the broker's maximum packet size to 1 MiB.",
  },
  E_LINK_ABORTED: { consequence: "not sent because the program stops", hint: "Nothing to do." },
  E_LINK_UNREACHABLE: {
    consequence: "tried again with growing pauses",
    hint: "Check host, port, route and firewall, and that the broker runs.",
  },
  E_LINK_TLS: {
    consequence: "tried again with growing pauses",
    hint: "Check the CA, the broker's name, the client certificate with its key and their dates; TLS 1.3 is required.",
  },
  E_LINK_FILE: {
    consequence: "not connected: a password or certificate file cannot be read; tried again with growing pauses",
    hint: "Put the file back where the settings say, readable for the user of the program.",
  },
  E_LINK_LOGIN: {
    consequence: "the broker refuses the connection; tried again with growing pauses",
    hint: "Check user name, password file, client id and client certificate.",
  },
  E_LINK_TAKEN: {
    consequence: "another client connected with our client id; tried again with growing pauses",
    hint: "Two programs use one gateway id: stop the copy.",
  },
  E_LINK_SETTING: {
    consequence: "nothing is started",
    hint: "Write the broker as mqtt://HOST:PORT or mqtts://HOST:PORT.",
    exit: 78,
  },
} as const satisfies Record<string, FaultRow>;
export type LinkFaultCode = keyof typeof linkFaults;

/** Why something failed; `reason` is the MQTT 5 reason code or the system's own code, where there was one. */
export interface LinkFailure {
  readonly code: LinkFaultCode;
  readonly detail: string;
  readonly reason?: number | string;
}

const hex = (reason: number): string => `0x${reason.toString(16).padStart(2, "0")}`;

/** Reason codes of PUBACK and SUBACK (MQTT 5, 3.4.2.1 and 3.9.3): what will not pass by itself, and what may. */
export function refusal(reason: number, what: string): LinkFailure {
  const lasting = [0x87, 0x8f, 0x90, 0x99, 0x9b, 0x9e, 0xa1, 0xa2];
  const code = reason === 0x95 ? "E_LINK_LARGE" : lasting.includes(reason) ? "E_LINK_REFUSED" : "E_LINK_BUSY";
  return { code, reason, detail: `${what}: the broker answered ${hex(reason)}` };
}

/** Whether the broker does not speak MQTT 5: 0x84 in its words (MQTT 5, 3.2.2.2), 1 in those of 3.1.1 (3.2.2.3). */
export const speaksOlder = (reason: unknown): boolean => reason === 1 || reason === 0x84;

/** What an error of the connection means: numbers are reason codes of CONNACK or DISCONNECT, texts are codes of Node. */
export function connectionFailure(reason: unknown, detail: string): LinkFailure {
  if (typeof reason === "number") {
    const taken = reason === 0x8e;
    const login = [2, 4, 5, 0x85, 0x86, 0x87, 0x8a, 0x8c].includes(reason);
    const code = taken ? "E_LINK_TAKEN" : login ? "E_LINK_LOGIN" : "E_LINK_BUSY";
    return { code, reason, detail: `the broker answered ${hex(reason)}` };
  }
  if (typeof reason !== "string") return { code: "E_LINK_UNREACHABLE", detail };
  const tls = /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|INVALID_CA|EPROTO)/;
  return { code: tls.test(reason) ? "E_LINK_TLS" : "E_LINK_UNREACHABLE", reason, detail: `${detail} (${reason})` };
}
