import { isUtf8 } from "node:buffer";

/** What makes a file no text that YAML 1.2 allows, and where it begins. */
export interface Strange {
  readonly offset: number;
  readonly message: string;
  readonly instead: string;
}

/**
 * The first thing in a file that is no text: bytes that are not UTF-8 (YAML 1.2.2, 5.2), characters that are not printable
 * (5.1), and CR without LF, a line end (5.4) that the parser does not know. Replaced or passed over, they would become part of
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
  const offset = text.search(/[^\P{Cc}\t\n\r\x85]|\r(?!\n)/u);
  if (offset < 0) return undefined;
  if (text[offset] === "\r")
    return { offset, message: "a line end of CR alone", instead: "line ends of LF, or CR and LF" };
  const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, "0");
  return { offset, message: `a control character, U+${code}`, instead: "the text without it" };
}
