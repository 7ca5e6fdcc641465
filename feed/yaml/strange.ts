import { isUtf8 } from "node:buffer";

/** What makes a file no text that YAML 1.2 allows, and where it begins. */
export interface Strange {
  readonly offset: number;
  readonly message: string;
  readonly instead: string;
}

/**
 * The first thing in a file that is no text: bytes that are not UTF-8 (YAML 1.2.2, 5.2), characters that are not printable
 * (5.1), CR without LF, a line end (5.4) that the parser does not know, and more levels than it can go down. Replaced or passed over, they would become part of
 * names that are signed.
 */
export function strangeIn(written: string | Buffer, text: string): Strange | undefined {
  if (typeof written !== "string" && !isUtf8(written)) {
    const message = "a byte that is not UTF-8";
    return {
      offset: Math.max(0, text.indexOf("\ufffd")),
      message,
      instead: "the file as UTF-8: save it in that encoding",
    };
  }
  const deep = tooDeepAt(text);
  if (deep >= 0) return { offset: deep, message: "too many levels", instead: "a few levels, as in the examples" };
  const offset = text.search(/[^\P{Cc}\t\n\r\x85]|\r(?!\n)/u);
  if (offset < 0) return undefined;
  if (text[offset] === "\r")
    return { offset, message: "a line end of CR alone", instead: "line ends of LF, or CR and LF" };
  const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, "0");
  return { offset, message: `a control character, U+${code}`, instead: "the text without it" };
}

const mostOpen = 128;
const furthestIn = /^[ \t?:-]{200}/m;

/**
 * Where a file goes deeper than any person writes, or -1. The parser descends once more for each level, and at the end of
 * its stack V8 may end the process (where it compiles a regular expression there) instead of throwing.
 */
function tooDeepAt(text: string): number {
  let open = 0;
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    open = bracket === "[" || bracket === "{" ? open + 1 : Math.max(0, open - 1);
    if (open > mostOpen) return index;
  }
  return text.search(furthestIn);
}
