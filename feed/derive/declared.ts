import type { Derivation, Period } from "../format/body.ts";
import { periods } from "./average/calendar.ts";
import { type Decimal, decimal } from "./decimal.ts";

/** What an input of a derivation names: another channel, in the formula's unit after multiplying, or a number. */
export type Input =
  | { readonly is: "channel"; readonly channel: string; readonly times: Decimal }
  | { readonly is: "number"; readonly value: Decimal };

const one = decimal("1");
const number = /^-?\d{1,30}(\.\d{1,30})?$/;

/** Reads "cems.so2", "flow.p*1000" or "=28.26"; undefined where it is none of them. */
export function readInput(text: string): Input | undefined {
  if (text.startsWith("="))
    return number.test(text.slice(1)) ? { is: "number", value: decimal(text.slice(1)) } : undefined;
  const [channel = "", times, ...rest] = text.split("*");
  if (rest.length > 0 || (times !== undefined && !number.test(times))) return undefined;
  return { is: "channel", channel, times: times === undefined ? one : decimal(times) };
}

export const channelInput = (channel: string, times: string): string =>
  times === "1" ? channel : `${channel}*${times}`;
export const numberInput = (value: string): string => `=${value}`;

export const isLonger = (a: Period, b: Period): boolean => periods.indexOf(a) > periods.indexOf(b);

/** Channels whose values one derivation needs. */
export const channelsOf = (how: Derivation): readonly string[] => [
  ...Object.values(how.in).flatMap((text) => {
    const input = readInput(text);
    return input?.is === "channel" ? [input.channel] : [];
  }),
  ...(how.weight === undefined ? [] : [how.weight]),
];

/** The measured channels that a derived one rests on, by whatever way. */
export function measuredUnder(
  channels: readonly { readonly id: string; readonly how: Derivation }[],
): (channel: string) => readonly string[] {
  const hows = new Map(channels.map(({ id, how }) => [id, how]));
  const under = (channel: string, trail: readonly string[]): readonly string[] => {
    const how = hows.get(channel);
    if (how === undefined || how.formula === "mean" || trail.includes(channel)) return [channel];
    return [...new Set(channelsOf(how).flatMap((one) => under(one, [...trail, channel])))];
  };
  return (channel) => under(channel, []);
}
