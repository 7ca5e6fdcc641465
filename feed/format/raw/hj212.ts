import type { Grammar } from "./place.ts";
import type { Raw } from "./scaled.ts";

/** "<MN>:<CN>:<field>:<type>" in a message the logger pushed (HJ 212-2017, 6): the field, behind PolId in a 3020. */
export const hj212: Grammar = (source, reads) => {
  const [mn, cn = "", field, type] = source;
  if (source.length !== 4 || !/^\d{4}$/.test(cn) || reads[0] !== `pushed by ${mn}` || field === undefined)
    return undefined;
  return [{ read: 0, decode: (message) => decode(message.toString("latin1"), cn, field, type === "text") }];
};

/** A message in parts is not put together here, and an enciphered one not read: nothing is found in them. */
function decode(message: string, cn: string, field: string, text: boolean): Raw | undefined {
  const data = /&&(.*)&&/s.exec(message)?.[1];
  if (data === undefined || !message.includes(`;CN=${cn};`) || /;PNUM=/.test(message)) return undefined;
  let factor = "";
  const said = new Set<string>();
  for (const pair of data.split(/[;,]/)) {
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (name === "PolId") factor = value;
    if ((cn === "3020" && factor !== "" ? `${factor}/${name}` : name) === field) said.add(value);
  }
  const [value] = said;
  if (value === undefined || said.size > 1) return undefined;
  if (text) return /^\/\/(.*)\/\/$/s.exec(value)?.[1] ?? value;
  const plain = /^-?\d{1,20}(?:\.\d{1,12})?$/.test(value) && value.replace(/\D/g, "").length <= 15;
  return plain ? Number(value) : undefined;
}
