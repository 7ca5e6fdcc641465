import { FrameCutter, frameOf } from "./frame.ts";
import { type Message, readMessage } from "./message.ts";

/** Uploads of data, which the other side acknowledges by 9014 (HJ 212-2017, C.14 to C.19, C.24, C.39 to C.44; 2025 as implemented). */
const data = ["2011", "2013", "2021", "2031", "2041", "2051", "2052", "2061", "2062", "2081", "2111", "3019", "3020"];
/** Notices, acknowledged by 9013: the request to have the time set (which we leave at that), and the heartbeat of 2025. */
const notices = ["1013", "9015"];

/**
 * The acknowledgement a message waits for, as bytes to be sent once what it says is safe; undefined where none is wanted or may be
 * given. A logger resends what was not acknowledged, so nothing unreadable is.
 */
export function replyTo(message: Message): Buffer | undefined {
  const { qn, pw, mn, cn, flag } = message;
  if (!message.wantsReply || qn === undefined || flag === undefined || message.encrypted) return undefined;
  const answer = data.includes(cn) ? "9014" : notices.includes(cn) ? "9013" : undefined;
  if (answer === undefined) return undefined;
  const password = pw === undefined ? "" : `PW=${pw};`;
  // The version bits stay, A and D are cleared (HJ 212-2017, C.14).
  return frameOf(`QN=${qn};ST=91;CN=${answer};${password}MN=${mn};Flag=${flag & ~3};CP=&&&&`);
}

/**
 * Whether bytes may go to a logger: one whole acknowledgement (9013, 9014), with nothing in it. Asked before every write, so that
 * nothing that asks for, sets or starts anything can leave, whoever made it.
 */
export function mayBeSaid(bytes: Buffer): boolean {
  const cuts = new FrameCutter().hear(bytes);
  const [only] = cuts;
  if (cuts.length !== 1 || only === undefined || !("frame" in only)) return false;
  if (only.frame.length + 2 !== bytes.length || !bytes.subarray(0, -2).equals(only.frame)) return false;
  if (bytes.toString("latin1", bytes.length - 2) !== "\r\n") return false;
  const message = readMessage(only.data);
  if ("finding" in message) return false;
  const { st, cn, items, encrypted, findings } = message;
  return st === "91" && ["9013", "9014"].includes(cn) && items.length + findings.length === 0 && !encrypted;
}
