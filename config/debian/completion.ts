/** Completion for bash: commands, then the options of the one that was typed; after an option its value, as a file's name. */
import { commandsOf, type Explained, type Help } from "./help.ts";

const optionsOf = ({ lists }: Help): string[] =>
  (lists.get("Options") ?? []).flatMap(({ term }) => term.match(/--[a-z-]+/g) ?? []);

const takesValue = ({ lists }: Help): string[] =>
  (lists.get("Options") ?? []).flatMap(({ term }) => /^(--[a-z-]+) </.exec(term)?.[1] ?? []);

export function bashCompletion(name: string, explained: Explained): string {
  const step = `_${name.replaceAll("-", "_")}`;
  const known = explained
    .filter(([words]) => words.length > 0)
    .map(([words]) => `"${words.slice(0, -1).join(" ")}/${words.at(-1)}"`);
  const offers = explained.map(
    ([words, help]) => `    "${words.join(" ")}") offered="${[...commandsOf(help), ...optionsOf(help)].join(" ")}" ;;`,
  );
  const valued = [...new Set(explained.flatMap(([, help]) => takesValue(help)))].sort();
  return `# bash completion for ${name}, made from its help

${step}() {
  local word path="" offered="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$path/$word" in
    ${known.join(" | ")}) path="\${path:+$path }$word" ;;
    esac
  done
  COMPREPLY=()
  # Nothing offered: readline completes the name of a file.
  case "\${COMP_WORDS[COMP_CWORD - 1]}" in
  ${valued.join(" | ")}) return ;;
  esac
  case "$path" in
${offers.join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$offered" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F ${step} ${name}
`;
}
