import { Fault } from "../../feed/format/faults.ts";
import type { Question } from "../line/questions.ts";

/** How a module is set to spell its values: signed decimals (engineering units, or % of full scale), or two's complement. */
export type Form = "decimal" | "hex";

/**
 * A read of an analog input module. `values`: how many a reply to `all` has; a reply with more or fewer is not believed, since a
 * character lost on the way would move every value after it.
 */
export type ModuleRequest =
  | { readonly read: "all"; readonly values: number; readonly form: Form }
  | { readonly read: "channel"; readonly channel: number; readonly form: Form }
  | { readonly read: "name" | "configuration" | "firmware" };
export type ModuleQuestion = Question<number, ModuleRequest>;

/**
 * The commands after `$` that read and change nothing (ICP DAS I-7017/18/19 user manual, 2; Advantech ADAM-4000 user manual, 5).
 * Others calibrate ($AA0, $AA1), clear a flag by being read ($AA5) or set something.
 */
const dollar = { name: "M", configuration: "2", firmware: "F" } as const;
const mostChannels = 16;

/** Sum of the characters, as two hexadecimal digits. */
export function sumOf(text: string): string {
  let sum = 0;
  for (const byte of Buffer.from(text, "latin1")) sum += byte;
  return (sum & 0xff).toString(16).padStart(2, "0").toUpperCase();
}

export const addressText = (unit: number): string => unit.toString(16).padStart(2, "0").toUpperCase();

/** Why this cannot be asked, or undefined. */
export function refusal(unit: number, request: ModuleRequest): string | undefined {
  if (!Number.isInteger(unit) || unit < 0 || unit > 255) return `module ${unit} is not 0 to 255`;
  if (request.read !== "all" && request.read !== "channel") return request.read in dollar ? undefined : "not a read";
  const [what, number, least] =
    request.read === "all" ? ["values", request.values, 1] : ["channel", request.channel, 0];
  const most = request.read === "all" ? mostChannels : mostChannels - 1;
  if (Number.isInteger(number) && number >= least && number <= most) return undefined;
  return `${what} ${number} is not ${least} to ${most}`;
}

/**
 * What asks, with its carriage return.
 * @param summed whether the module is set to use checksums
 * @throws Fault E_BUS_REFUSED for what is not a read
 */
export function encodeCommand(unit: number, request: ModuleRequest, summed: boolean): Buffer {
  const why = refusal(unit, request);
  if (why !== undefined) throw new Fault("E_BUS_REFUSED", `not sent: ${why}`);
  const command = commandText(unit, request);
  return Buffer.from(`${command}${summed ? sumOf(command) : ""}\r`, "latin1");
}

function commandText(unit: number, request: ModuleRequest): string {
  const address = addressText(unit);
  if (request.read === "all") return `#${address}`;
  if (request.read === "channel") return `#${address}${request.channel.toString(16).toUpperCase()}`;
  return `$${address}${dollar[request.read]}`;
}

/**
 * Holds the bytes that are about to be sent against the commands that read: `#AA`, `#AAN`, `$AAM`, `$AA2`, `$AAF`. `#` with data
 * sets an output, `#**` makes every module on the line sample, `%`, `~`, `^` and `@` configure.
 * @throws Fault E_BUS_REFUSED for whatever else
 */
export function guardCommand(bytes: Buffer, summed: boolean): void {
  const sent = bytes.toString("latin1");
  const command = sent.slice(0, summed ? -3 : -1);
  const known = /^(#[0-9A-F]{2}[0-9A-F]?|\$[0-9A-F]{2}[M2F])$/.test(command);
  if (!known || sent !== `${command}${summed ? sumOf(command) : ""}\r`)
    throw new Fault("E_BUS_REFUSED", `not sent: ${JSON.stringify(sent)} is not a read`);
}

/** Characters of a value: a sign, five digits and the point, or four hexadecimal digits. */
export const valueChars = { decimal: 7, hex: 4 } as const;

/** Bytes a good reply may have, for its deadline. */
export function replyBytes(request: ModuleRequest): number {
  const checked = 1 + 2 + 1;
  if (request.read === "all") return checked + request.values * valueChars[request.form];
  return checked + (request.read === "channel" ? valueChars[request.form] : 20);
}
