import { amended } from "../derive/overlaid.ts";
import type { StoredEntry } from "../format/entry.ts";
import type { ReadingTuple } from "../format/reading.ts";
import type { CertifiedParam } from "./form.ts";

/**
 * What is certified, and how its value is made of entries:
 * `month-of/1 CHANNEL` is the value of that derived channel for the month as its `derived` entry has it, after all `amend`
 * entries of it; `entered/1 CODE` the newest `manual` entry of that code and month.
 */
export type WantedParam = Pick<CertifiedParam, "code" | "name" | "unit" | "method">;

export interface Params {
  /** Entries in the order of their numbers; those that say nothing of the month are passed over. */
  take(entry: StoredEntry): void;
  params(): CertifiedParam[];
  /** Numbers of the entries of the month's entered values, and of the documents they name. */
  entered(): { readonly manual: number[]; readonly docs: number[] };
}

interface Found {
  value: ReadingTuple;
  n: number;
  expected: number;
  entries: number[];
}

const nothing = (reason: string): Found => ({ value: [null, "D", reason], n: 0, expected: 0, entries: [] });

/** `start`: begin of the month, as `derived` entries write it. `month`: as `manual` entries write it, 2026-10. */
export function makeParams(wanted: readonly WantedParam[], { start, month }: { start: string; month: string }): Params {
  const byChannel = new Map(wanted.flatMap((one) => argument(one, "month-of/1")));
  const byCode = new Map(wanted.flatMap((one) => argument(one, "entered/1")));
  const found = new Map<string, Found>();
  const manual: number[] = [];
  const docs = new Set<number>();
  return {
    take: (entry) => {
      if (entry.type === "derived" && entry.period === "month" && entry.start === start) {
        for (const [channel, code] of byChannel) {
          const value = entry.data[channel];
          const [n, expected] = entry.n[channel] ?? [0, 0];
          if (value !== undefined) found.set(code, { value, n, expected, entries: [entry.seq] });
        }
      }
      if (entry.type === "amend") {
        for (const [channel, code] of byChannel) {
          const was = found.get(code);
          const value = was?.entries[0] === entry.ref ? amended(entry.value)[channel] : undefined;
          if (was !== undefined && value !== undefined)
            found.set(code, { ...was, value, entries: [entry.ref, entry.seq] });
        }
      }
      if (entry.type === "manual" && entry.period === month) {
        manual.push(entry.seq);
        for (const doc of entry.docs) docs.add(doc);
        const code = byCode.get(entry.code);
        if (code === undefined) return;
        found.set(code, {
          value: [entry.value, "N"],
          n: (found.get(code)?.n ?? 0) + 1,
          expected: 1,
          entries: [entry.seq],
        });
      }
    },
    entered: () => ({ manual, docs: [...docs].sort((a, b) => a - b) }),
    params: () =>
      wanted.map(({ code, name, unit, method }) => {
        const said = found.get(code) ?? nothing(method.startsWith("entered") ? "cert.not-entered" : "cert.not-derived");
        return { code, name, unit, method, ...said } as CertifiedParam;
      }),
  };
}

function argument({ code, method }: WantedParam, rule: string): [string, string][] {
  const [by = "", what = ""] = method.split(" ");
  return by === rule ? [[what, code]] : [];
}
