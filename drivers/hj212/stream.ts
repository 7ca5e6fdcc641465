import type { Finding } from "./finding.ts";
import { FrameCutter, longestData } from "./frame.ts";
import { looksEncrypted, type Message, readMessage } from "./message.ts";
import { replyTo } from "./reply.ts";
import { type Said, samplesOf } from "./samples.ts";

/** A whole frame with what it says, or what was wrong with something that came. */
export type Pushed =
  | {
      /** "##" to the check, without CR LF. It holds the password in clear. */
      readonly frame: Buffer;
      readonly message: Message;
      /** Absent for messages without values. */
      readonly said?: Said;
      /** The acknowledgement to send once this is safe. */
      readonly reply?: Buffer;
    }
  | { readonly finding: Finding };

/** What one connection of a logger says, in the order it is said. Bounded memory; never throws. */
export class LoggerStream {
  private readonly cutter: FrameCutter;
  private refused = 0;

  constructor(longest = longestData) {
    this.cutter = new FrameCutter(longest);
  }

  /** Bytes of which nothing was taken. */
  get discarded(): number {
    return this.cutter.discarded + this.refused;
  }

  hear(chunk: Buffer): readonly Pushed[] {
    return this.cutter.hear(chunk).map((cut): Pushed => {
      if ("finding" in cut) return { finding: told(cut.finding, cut.data) };
      const message = readMessage(cut.data);
      if ("finding" in message) {
        this.refused += cut.frame.length;
        return message;
      }
      const said = samplesOf(message);
      const reply = replyTo(message);
      return {
        frame: cut.frame,
        message,
        ...(said === undefined ? {} : { said }),
        ...(reply === undefined ? {} : { reply }),
      };
    });
  }
}

/** HJ 212-2025 takes the check of the plain text and encrypts afterwards, so ciphertext always has a wrong one. */
function told(finding: Finding, data: Buffer | undefined): Finding {
  if (finding.code !== "checksum" || data === undefined || !looksEncrypted(data)) return finding;
  return { code: "encrypted", detail: "CP is encrypted (SM4): neither its check nor its values can be read" };
}
