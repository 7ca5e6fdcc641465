/** The words of an expression, each with its place in the text. */
export interface Token {
  readonly kind: "number" | "name" | "mark" | "end";
  readonly text: string;
  readonly at: number;
}

export interface Unread {
  readonly problem: string;
  /** Where in the text, counted from 0. */
  readonly at: number;
}

/** Longer texts are refused unread; the longest formula of a standard has a quarter of it. */
export const mostCharacters = 1_000;

/** A number without sign, as it may stand in an expression or be put into one. */
export const number = /(?:\d{1,60}(?:\.\d{1,60})?(?:e[+-]?\d{1,2})?)/;
const name = /[A-Za-z][A-Za-z0-9_]{0,39}/;
const mark = /\*\*|<=|>=|[-+*/(),<>]/;
const word = new RegExp(`\\s*(?:(${number.source})(?![\\w.])|(${name.source})(?!\\w)|(${mark.source}))`, "y");

/** Cuts a text into its words, with one of kind "end" behind them. */
export function tokensOf(text: string): readonly Token[] | Unread {
  if (text.length > mostCharacters) return { problem: `longer than ${mostCharacters} characters`, at: mostCharacters };
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    word.lastIndex = at;
    const found = word.exec(text);
    if (found === null) return { problem: "neither a number nor a name nor a sign", at };
    const [whole, digits, letters, sign] = found;
    const kind = digits !== undefined ? "number" : letters !== undefined ? "name" : "mark";
    const read = digits ?? letters ?? sign ?? "";
    at += whole.length;
    tokens.push({ kind, text: read, at: at - read.length });
  }
  return [...tokens, { kind: "end", text: "", at: end }];
}
