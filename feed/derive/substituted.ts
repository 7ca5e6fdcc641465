import { isFunction } from "./expression.ts";
import { tokensOf } from "./tokens.ts";
import { textOf, type Values } from "./values.ts";

/**
 * An expression with the values put in for their names, character by character as they were given; a negative one in brackets.
 * A name without a value stays. The text is an expression again and computes to the same.
 */
export function substituted(expression: string, values: Values): string {
  const tokens = tokensOf(expression);
  if ("problem" in tokens) return expression;
  let text = "";
  let from = 0;
  for (const token of tokens) {
    if (token.kind !== "name" || isFunction(token.text) || !Object.hasOwn(values, token.text)) continue;
    const value = textOf(values[token.text]);
    if (value === undefined) continue;
    text += expression.slice(from, token.at) + value;
    from = token.at + token.text.length;
  }
  return text + expression.slice(from);
}
