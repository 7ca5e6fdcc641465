import type { ModuleRequest } from "./request.ts";

/** Forms of lines that name their module: a name or version, TTCCFF, and `?AA`. None of them can be taken for another. */
export type NamedForm = "text" | "code" | "refusal";

/** The form of a good reply that names its module; undefined for values. */
export function namedForm({ read }: ModuleRequest): NamedForm | undefined {
  if (read === "configuration") return "code";
  return read === "name" || read === "firmware" ? "text" : undefined;
}

/**
 * Of which forms a line may still bring an old reply, or a copy of one. A reply with an address puts all before it behind us only if it is
 * none of these: its form must be fresh when it is asked for. On a line that keeps its order an answer of a fresh form makes the others fresh.
 */
export class Fresh {
  private readonly lateMs: number;
  /** By module and form: when the last question or reply of that form was. */
  private readonly last = new Map<string, number>();

  /** @param lateMs a reply later than this never comes */
  constructor(lateMs: number) {
    this.lateMs = lateMs;
  }

  is(unit: number, form: NamedForm, now: number): boolean {
    const last = this.last.get(`${unit} ${form}`);
    return last === undefined || last < now - this.lateMs;
  }

  /** From now on a line of this form may come again. */
  spend(unit: number, form: NamedForm, until: number): void {
    this.last.set(`${unit} ${form}`, until);
  }

  /**
   * A reply of this form came that was fresh when it was asked for, which was awaited until `until`: what was asked before that, of this
   * module or of `all`, is behind us. Copies of the reply itself may still come.
   */
  renew(unit: number, form: NamedForm, until: number, all: boolean): void {
    for (const [key, last] of this.last) if (last < until && (all || key.startsWith(`${unit} `))) this.last.delete(key);
    this.spend(unit, form, Math.max(until, this.last.get(`${unit} ${form}`) ?? until));
  }

  /** What to ask so that its answer can be believed: the two forms take turns; where neither is fresh, the one that is so sooner. */
  probe(unit: number, now: number): ModuleRequest {
    if (this.is(unit, "text", now)) return { read: "name" };
    if (this.is(unit, "code", now)) return { read: "configuration" };
    const [text = 0, code = 0] = (["text", "code"] as const).map((form) => this.last.get(`${unit} ${form}`));
    return { read: text <= code ? "name" : "configuration" };
  }
}

/** TTCCFF behind the address: also a name, as far as its characters go. */
export const looksLikeCode = (line: string): boolean => /^![0-9A-F]{8}$/.test(line);
