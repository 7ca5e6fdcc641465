import { addressText, type Form, type ModuleQuestion, type ModuleRequest } from "./request.ts";

/** A sign, five digits and a point among them; or, four digits without a point, the mark for over or under the range. */
const decimal = String.raw`[+-](?:\d\.\d{4}|\d{2}\.\d{3}|\d{3}\.\d{2}|\d{4}\.\d|\d{5}\.)|[+-]9999|-0000`;
const value: Readonly<Record<Form, string>> = { decimal: `(?:${decimal})`, hex: "[0-9A-F]{4}" };

const values = (form: Form, count: number): RegExp => new RegExp(`^>(?:${value[form]}){${count}}$`);

/** A name or version; no delimiter of a reply is in it: what holds one is half a reply and the next. */
const plainText = /^(?:(?![>!?])[\x20-\x7e]){1,20}$/;

/** What follows the address in the reply to a `$` command: module name, TTCCFF (type, baud rate, format), version. */
const said: Readonly<Record<"name" | "configuration" | "firmware", RegExp>> = {
  name: plainText,
  configuration: /^[0-9A-F]{6}$/,
  firmware: plainText,
};

/** Whether a line (without checksum and carriage return) may answer a question, by its address, form and number of values. */
export function mayAnswer({ unit, request }: Pick<ModuleQuestion, "unit" | "request">, line: string): boolean {
  if (line === `?${addressText(unit)}`) return true;
  if (request.read === "all") return values(request.form, request.values).test(line);
  if (request.read === "channel") return values(request.form, 1).test(line);
  const head = `!${addressText(unit)}`;
  return line.startsWith(head) && said[request.read].test(line.slice(head.length));
}

/** Whether replies to both may have the same form, so that neither says by itself which it answers. */
export function alike(one: ModuleRequest, other: ModuleRequest): boolean {
  const [a, b] = [shapeOf(one), shapeOf(other)];
  return a !== undefined && a === b;
}

/** Whether a good reply names its module. */
export const saysAddress = (request: ModuleRequest): boolean => shapeOf(request) === undefined;

const shapeOf = (request: ModuleRequest): string | undefined => {
  if (request.read === "all") return `${request.form} ${request.values}`;
  return request.read === "channel" ? `${request.form} 1` : undefined;
};

/** The values in a reply, as they are spelt. The reply is one that `mayAnswer` took. */
export const spelt = (form: Form, line: string): readonly string[] =>
  line.slice(1).match(new RegExp(value[form], "g")) ?? [];
