/** A manual page in the macros of man(7). */
import type { Explained, Help, Row } from "./help.ts";

/** A text line must not look like a request, and a hyphen that is typed is not a dash. */
const escaped = (text: string): string => text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/, "\\&$&");

const tagged = ({ term, text }: Row): string => `.TP\n.B ${escaped(term)}\n${escaped(text)}`;

function listed({ lists }: Help): string[] {
  return [...lists].flatMap(([title, rows]) => {
    if (title === "Commands") return [];
    if (title === "Examples")
      return [".PP", "Examples:", ".PP", ".nf", ...rows.map(({ term }) => escaped(term)), ".fi"];
    const own = rows.filter(({ term }) => !/^-[hV],/.test(term));
    return own.length === 0 ? [] : [".PP", `${title}:`, ...own.map(tagged)];
  });
}

export function manPage(name: string, version: string, explained: Explained): string {
  const [[, program], ...commands] = explained as readonly [Explained[number], ...Explained];
  return [
    `.TH ${name.toUpperCase()} 1 "" "cems\\-agent ${escaped(version)}"`,
    ".SH NAME",
    `${escaped(name)} \\- ${escaped(program.about.replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    `.B ${escaped(name)}`,
    ".I COMMAND",
    "[options]",
    ".SH DESCRIPTION",
    escaped(program.about),
    ".SH COMMANDS",
    ...commands.flatMap(([words, help]) =>
      help.lists.has("Commands") ? [] : [`.SS ${escaped(words.join(" "))}`, escaped(help.about), ...listed(help)],
    ),
    ".SH FILES",
    tagged({ term: "/etc/cems-agent/site.yaml", text: "the site's configuration; example.yaml beside it shows one" }),
    tagged({ term: "/var/lib/cems-agent", text: "the journal, its keys and documents" }),
    tagged({ term: "/usr/share/doc/cems-agent", text: "every setting, every fault, and the format" }),
    "",
  ].join("\n");
}
