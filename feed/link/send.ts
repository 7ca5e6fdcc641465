import type { LinkFailure, LinkFaultCode } from "./faults.ts";

export interface SendOptions {
  readonly retain?: boolean;
  /** The rest are hints for MQTT 5 brokers and readers: a 3.1.1 connection has none, and no check may use them. */
  readonly contentType?: string;
  /** The payload is UTF-8 text. */
  readonly text?: boolean;
  readonly expirySeconds?: number;
  readonly responseTopic?: string;
  readonly correlation?: Buffer;
}

/** `heard` is false where the broker said that nobody listens on this topic (0x10). */
export type SendResult =
  | { readonly delivered: true; readonly heard: boolean }
  | { readonly delivered: false; readonly failure: LinkFailure };

export const failed = (code: LinkFaultCode, detail: string): SendResult & { readonly delivered: false } => ({
  delivered: false,
  failure: { code, detail },
});

/** Space for topic length, packet id and properties, above topic and payload. */
export const HEADER = 512;

/** The options in the words of an MQTT 5 packet. */
export const hints = ({ contentType, text, expirySeconds, responseTopic, correlation }: SendOptions) => ({
  properties: {
    ...(contentType === undefined ? {} : { contentType }),
    ...(text ? { payloadFormatIndicator: true } : {}),
    ...(expirySeconds === undefined ? {} : { messageExpiryInterval: expirySeconds }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlation === undefined ? {} : { correlationData: correlation }),
  },
});
