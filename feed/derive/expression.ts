import { type Token, tokensOf, type Unread } from "./tokens.ts";

/**
 * The language formulas are written in. Whoever can read a formula in a standard can read it, and Python computes the same:
 *
 *     condition  = expression ("<" | "<=" | ">" | ">=") expression
 *     expression = product { ("+" | "-") product }
 *     product    = factor { ("*" | "/") factor }
 *     factor     = "-" factor | atom [ "**" whole number ]
 *     atom       = number | name | function "(" expression { "," expression } ")" | "(" expression ")"
 *
 * sqrt(x), exp(x), max(a, b, ...), min(a, b, ...), and round(x, n) to n places after the point, half away from zero.
 * Text, depth and exponents are bounded, so that reading and computing are, whatever the text.
 */
export type Node =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "minus"; readonly of: Node }
  | { readonly kind: "binary"; readonly sign: Sign; readonly left: Node; readonly right: Node }
  | { readonly kind: "power"; readonly base: Node; readonly exponent: number }
  | { readonly kind: "round"; readonly of: Node; readonly places: number }
  | { readonly kind: "call"; readonly call: Call; readonly of: readonly Node[] };
export type Sign = "+" | "-" | "*" | "/";
export type Call = "sqrt" | "exp" | "max" | "min";
export type Comparison = "<" | "<=" | ">" | ">=";

export interface Condition {
  readonly left: Node;
  readonly comparison: Comparison;
  readonly right: Node;
}

export type Read<T> =
  | { readonly ok: true; readonly read: T; readonly names: readonly string[] }
  | ({ readonly ok: false } & Unread);

export const mostDepth = 32;
const mostExponent = 8;
const mostPlaces = 20;
const arguments_: Readonly<Record<Call, readonly [least: number, most: number]>> = {
  sqrt: [1, 1],
  exp: [1, 1],
  max: [2, 8],
  min: [2, 8],
};
const isCall = (text: string): text is Call => Object.hasOwn(arguments_, text);
export const isFunction = (text: string): boolean => isCall(text) || text === "round";
const comparisons: readonly string[] = ["<", "<=", ">", ">="] satisfies readonly Comparison[];

/** A value's expression. `names` holds each name once, in the order of the text. */
export const readExpression = (text: string): Read<Node> => readWhole(text, expression);

/** A domain check: two expressions compared. */
export const readCondition = (text: string): Read<Condition> => readWhole(text, condition);

interface Reader {
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
}

type Refused = { readonly refused: Unread };
type Part<T> = { readonly part: T } | Refused;

function readWhole<T>(text: string, rule: (reader: Reader) => Part<T>): Read<T> {
  const tokens = tokensOf(text);
  if ("problem" in tokens) return { ok: false, ...tokens };
  const reader: Reader = { tokens, next: 0, depth: 0 };
  const whole = rule(reader);
  if ("refused" in whole) return { ok: false, ...whole.refused };
  if (peek(reader).kind !== "end") return { ok: false, ...expected(reader, "an operator or the end").refused };
  const names = tokens.filter((token) => token.kind === "name" && !isFunction(token.text)).map(({ text }) => text);
  return { ok: true, read: whole.part, names: [...new Set(names)] };
}

const last: Token = { kind: "end", text: "", at: 0 };
const peek = (reader: Reader): Token => reader.tokens[reader.next] ?? reader.tokens.at(-1) ?? last;
const expected = (reader: Reader, what: string): Refused => {
  const { at, text } = peek(reader);
  return { refused: { problem: `${what} is expected here, not ${text === "" ? "the end" : `"${text}"`}`, at } };
};

function taken(reader: Reader, ...texts: readonly string[]): string | undefined {
  const { kind, text } = peek(reader);
  if (kind !== "mark" || !texts.includes(text)) return undefined;
  reader.next += 1;
  return text;
}

function condition(reader: Reader): Part<Condition> {
  const left = expression(reader);
  if ("refused" in left) return left;
  const comparison = taken(reader, ...comparisons);
  if (comparison === undefined) return expected(reader, "a comparison");
  const right = expression(reader);
  if ("refused" in right) return right;
  return { part: { left: left.part, comparison: comparison as Comparison, right: right.part } };
}

const expression = (reader: Reader): Part<Node> => chain(reader, ["+", "-"], product);
const product = (reader: Reader): Part<Node> => chain(reader, ["*", "/"], factor);

function chain(reader: Reader, signs: readonly Sign[], rule: (reader: Reader) => Part<Node>): Part<Node> {
  let left = rule(reader);
  // A long row of equal signs nests to the left as deep as brackets do.
  for (let row = 0; !("refused" in left); row += 1) {
    const sign = taken(reader, ...signs);
    if (sign === undefined) return left;
    if (row + reader.depth >= mostDepth) return tooDeep(reader);
    const right = rule(reader);
    if ("refused" in right) return right;
    left = { part: { kind: "binary", sign: sign as Sign, left: left.part, right: right.part } };
  }
  return left;
}

const tooDeep = (reader: Reader): Refused => ({ refused: { problem: "nested too deep", at: peek(reader).at } });

function nested<T>(reader: Reader, rule: (reader: Reader) => Part<T>): Part<T> {
  if (reader.depth >= mostDepth) return tooDeep(reader);
  reader.depth += 1;
  const part = rule(reader);
  reader.depth -= 1;
  return part;
}

function factor(reader: Reader): Part<Node> {
  if (taken(reader, "-") !== undefined) {
    const of = nested(reader, factor);
    return "refused" in of ? of : { part: { kind: "minus", of: of.part } };
  }
  const base = atom(reader);
  if ("refused" in base || taken(reader, "**") === undefined) return base;
  const exponent = whole(reader, mostExponent);
  return "refused" in exponent ? exponent : { part: { kind: "power", base: base.part, exponent: exponent.part } };
}

function atom(reader: Reader): Part<Node> {
  const { kind, text } = peek(reader);
  if (kind === "number") {
    reader.next += 1;
    return { part: { kind: "number", text } };
  }
  if (kind === "name") {
    reader.next += 1;
    if (text === "round") return round(reader);
    return isCall(text) ? call(reader, text) : { part: { kind: "name", name: text } };
  }
  if (taken(reader, "(") === undefined) return expected(reader, "a number, a name or a bracket");
  const inner = nested(reader, expression);
  if ("refused" in inner) return inner;
  return taken(reader, ")") === undefined ? expected(reader, '")"') : inner;
}

function whole(reader: Reader, most: number): Part<number> {
  const { kind, text } = peek(reader);
  if (kind !== "number" || !/^\d{1,2}$/.test(text) || Number(text) > most)
    return expected(reader, `a whole number from 0 to ${most}`);
  reader.next += 1;
  return { part: Number(text) };
}

function round(reader: Reader): Part<Node> {
  if (taken(reader, "(") === undefined) return expected(reader, '"("');
  const of = nested(reader, expression);
  if ("refused" in of) return of;
  if (taken(reader, ",") === undefined) return expected(reader, '","');
  const places = whole(reader, mostPlaces);
  if ("refused" in places) return places;
  if (taken(reader, ")") === undefined) return expected(reader, '")"');
  return { part: { kind: "round", of: of.part, places: places.part } };
}

function call(reader: Reader, name: Call): Part<Node> {
  const [least, most] = arguments_[name];
  if (taken(reader, "(") === undefined) return expected(reader, '"("');
  const of: Node[] = [];
  do {
    const argument = nested(reader, expression);
    if ("refused" in argument) return argument;
    of.push(argument.part);
  } while (of.length < most && taken(reader, ",") !== undefined);
  if (of.length < least) return expected(reader, '","');
  return taken(reader, ")") === undefined ? expected(reader, '")"') : { part: { kind: "call", call: name, of } };
}
