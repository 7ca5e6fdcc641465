/** Lines of at most so many characters; what follows the first is indented below it. Words longer than a line are left whole. */
export function wrapped(text: string, width: number, lead: string): readonly string[] {
  const lines: string[] = [];
  let line = lead;
  let empty = true;
  for (const word of text.split(" ")) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ".repeat(lead.length);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
