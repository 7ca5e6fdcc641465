import type { ModuleQuestion } from "./request.ts";

/** Copies are looked for at least this long, ms. */
const leastMs = 100;
const most = 50;

/**
 * Replies of a moment ago. A gateway that repeats a question has it answered twice, and the second copy, which carries no
 * address, may come to the next question, of another module too.
 */
export class Copies {
  private list: readonly { readonly asked: ModuleQuestion; readonly line: string; readonly until: number }[] = [];

  keep(asked: ModuleQuestion, line: string, now: number): void {
    const until = now + Math.max(leastMs, asked.until - asked.at);
    this.list = [...this.list.slice(1 - most), { asked, line, until }];
  }

  /** What `line`, which answers `asked`, equals of a moment ago: a reply to something else, or only one to the same question. */
  holds(asked: ModuleQuestion, line: string): "other" | "same" | undefined {
    const equal = this.list.filter((copy) => copy.until >= asked.at && copy.line === line);
    if (equal.some((copy) => !same(copy.asked, asked))) return "other";
    return equal.length > 0 ? "same" : undefined;
  }
}

const same = (one: ModuleQuestion, other: ModuleQuestion): boolean =>
  one.unit === other.unit && JSON.stringify(one.request) === JSON.stringify(other.request);
