import type { ScanEvent, ScanRow } from "./scan.ts";
import { finding, type Ink } from "./text.ts";
import { wrapped } from "./wrap.ts";

const columns = 80;

/** The lines a person reads, of each event but progress. The table comes at the end, so that it stands together. */
export function scanText(ink: Ink): (event: ScanEvent) => readonly string[] {
  const rows: ScanRow[] = [];
  return (event) => {
    switch (event.is) {
      case "bound":
        return [
          `${event.questions} ${event.questions === 1 ? "question" : "questions"}. At most ${length(event.ms)}` +
            (event.eachFoundMs > 0 ? `, and ${length(event.eachFoundMs)} for each device found.` : "."),
          "Ctrl-C stops within the question that is being asked.",
        ];
      case "progress":
        return [];
      case "found":
        rows.push(event);
        return [];
      case "finding":
        return finding(event, ink);
      case "end": {
        const all = event.asked === event.of ? "" : ` after ${event.asked} of ${event.of} questions`;
        const how = event.stopped ? `Stopped${all}. ` : all === "" ? "" : `Ended${all}. `;
        if (rows.length === 0) return ["", `${how}Nothing answered.`];
        return ["", ...table(rows), "", `${how}${rows.length} found.`];
      }
    }
  };
}

function table(rows: readonly ScanRow[]): readonly string[] {
  const settings = rows.some((row) => row.settings !== "");
  const unitWidth = Math.max(5, ...rows.map(({ unit }) => unit.length + 1));
  const line = (unit: string, at: string, ms: string, what: string): readonly string[] =>
    wrapped(what, columns, `${unit.padEnd(unitWidth)}${settings ? at.padEnd(12) : ""}${ms.padStart(8)}  `);
  return [
    ...line("unit", "settings", "ms", "what answered"),
    ...rows.flatMap(({ unit, settings: at, ms, answer, identity }) =>
      line(unit, at, String(ms), [answer, ...identity.map(({ text }) => text)].join(", ")),
    ),
  ];
}

/** "8 s", "3 min 20 s", "1 h 5 min" */
export function length(ms: number): string {
  const all = Math.ceil(ms / 1000);
  const [h, min, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  if (h > 0) return `${h} h${min > 0 ? ` ${min} min` : ""}`;
  return min > 0 ? `${min} min${s > 0 ? ` ${s} s` : ""}` : `${s} s`;
}

const barWidth = 30;

/** "[######........................] 20 %  unit 50 at 9600 8N1, 2 found" */
export function progressBar({ done, of, at, found }: Extract<ScanEvent, { is: "progress" }>): string {
  const share = of === 0 ? 1 : done / of;
  const full = Math.round(share * barWidth);
  const bar = "#".repeat(full) + ".".repeat(barWidth - full);
  return `[${bar}] ${Math.floor(share * 100)} %  ${at}, ${found} found`.slice(0, columns - 1);
}

const step = 10;

/** Lines for where there is no terminal: one for each tenth. */
export function progressLines(): (event: Extract<ScanEvent, { is: "progress" }>) => string | undefined {
  let told = 0;
  return ({ done, of, found }) => {
    const percent = of === 0 ? 100 : Math.floor((100 * done) / of);
    if (percent < told + step) return undefined;
    told = percent - (percent % step);
    return `${percent} %, ${found} found`;
  };
}
