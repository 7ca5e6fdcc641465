import { type Field, FieldCutter } from "../fields.ts";
import type { DconProfile } from "../profile.ts";
import { spelt } from "./reply.ts";
import { sumOf } from "./request.ts";

/** What the profile calls the values in a reply. */
export type ModuleNames = Pick<DconProfile, "form" | "points" | "status" | "settings">;

const text = (bytes: Buffer): string => bytes.toString("latin1");
const commands: Readonly<Record<string, string>> = { M: "name", "2": "configuration", F: "firmware" };
const delimiters: Readonly<Record<string, string>> = { ">": "values", "!": "answer", "?": "refused" };

/** The command of a read of the plan, as it is sent: with its checksum on a line that has them, and its carriage return. */
export const requestBytes = (read: string, summed: boolean): Buffer =>
  Buffer.from(`${read}${summed ? sumOf(read) : ""}\r`, "latin1");

export function requestFields(read: string, summed = false): readonly Field[] {
  const cutter = new FieldCutter(requestBytes(read, summed));
  const after = summed ? 3 : 1;
  const [first] = cutter.take(1, "delimiter", (bytes) => (text(bytes) === "#" ? "read values" : "read"));
  cutter.take(2, "address", text);
  const what = (bytes: Buffer): string => (first === 0x23 ? text(bytes) : (commands[text(bytes)] ?? text(bytes)));
  if (cutter.left > after) cutter.take(cutter.left - after, first === 0x23 ? "channel" : "command", what);
  if (summed) cutter.take(2, "checksum", text);
  return cutter.rest("end");
}

/** A reply as it is kept, without checksum and carriage return: whatever it is, each of its bytes in one field. */
export function replyFields(read: string, reply: Buffer, names: ModuleNames): readonly Field[] {
  const cutter = new FieldCutter(reply);
  const delimiter = text(cutter.take(1, "delimiter", (bytes) => delimiters[text(bytes)] ?? "no delimiter"));
  if (delimiter !== ">") {
    cutter.take(2, "address", text);
    return cutter.rest("text", text);
  }
  const line = text(reply);
  let at = 1;
  for (const [i, value] of spelt(names.form, line).entries()) {
    const from = line.indexOf(value, at);
    if (from > at) cutter.take(from - at, "no value", text);
    cutter.take(value.length, nameOf(read, i, names), text);
    at = from + value.length;
  }
  return cutter.rest("no value", text);
}

/** By which names the profile has the value number `i` of the reply. */
function nameOf(read: string, i: number, names: ModuleNames): string {
  const asked = /^#..(.)$/.exec(read)?.[1];
  const channel = asked === undefined ? i : Number.parseInt(asked, 16);
  const from = asked === undefined ? "all" : "channel";
  const here = [...names.points, ...names.status, ...names.settings].filter(
    ({ at }) => at.from === from && "channel" in at && at.channel === channel,
  );
  return here.map(({ id }) => id).join(", ") || `channel ${channel}`;
}
