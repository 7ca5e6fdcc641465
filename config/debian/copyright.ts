/** Who made what is in the package, and under which licence, as Debian wants it told. */

export interface Part {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Text of its licence file, where it has one. */
  readonly text?: string;
}

const indented = (text: string): string =>
  text
    .trim()
    .split("\n")
    .map((line) => (line.trim() === "" ? " ." : ` ${line.trimEnd()}`))
    .join("\n");

export function copyrightText(parts: readonly Part[], node: string): string {
  const carried = parts.map(({ name, version, licence, text }) =>
    [`${name} ${version} (${licence})`, "", text?.trim() ?? "Its package says no more than this name."].join("\n"),
  );
  return [
    "cems-agent is free software under the Apache License 2.0; Debian keeps its text in",
    "/usr/share/common-licenses/Apache-2.0.",
    "",
    "Copyright: the authors of cems-agent",
    "",
    "The package carries Node.js and the libraries below, each under its own licence.",
    ...carried.map((text) => `\n${"-".repeat(80)}\n${indented(text)}`),
    `\n${"-".repeat(80)}\n${indented(node)}`,
    "",
  ].join("\n");
}
