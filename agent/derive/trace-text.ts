import type { ReadingTuple } from "../../feed/format/reading.ts";
import type { Made, Trace } from "./trace.ts";
import { countsLine } from "./trace-counts.ts";
import type { TracedSample } from "./traced-sample.ts";

/** A trace for a person, each step further in: what was asked first, then what it was made of. */
export const traceText = (trace: Trace): string => lines(trace).join("\n");

function lines(trace: Trace): string[] {
  const { channel, unit, period, value, n, entry, config, since, how, amendments, unproven = [], made } = trace;
  const named = `${channel} ${period}`;
  return [
    `${named} = ${reading(value, unit)}`,
    `  entry ${entry}, declared by entry ${config}; ${n[0]} of ${n[1]} parts valid by ${how.regime}`,
    ...(since === undefined ? [] : [`  of what was read since ${since} only: entry ${config} began all averages anew`]),
    ...amendments.map((one) => `  amended by entry ${one.entry} (${one.why}); before: ${reading(one.before, unit)}`),
    ...[...new Set(unproven.map(({ text }) => `  not proven: ${text}`))],
    ...inside(made, how.constants).map((line) => `  ${line}`),
  ];
}

function inside(made: Made, constants: string): string[] {
  switch (made.of) {
    case "samples":
      return [...meanLine(made.samples), ...sources(made.samples), ...made.samples.map(sampleLine)];
    case "periods":
      return [
        ...periodLine(made),
        ...made.parts.map(
          (part) => `${part.period}  ${reading(part.reading, "")}${skipped(part)}  (entry ${part.entry})`,
        ),
      ];
    case "counts":
      return [
        countsLine(made),
        ...sources([made.start, made.end].filter((count) => count !== null)),
        `count at its start: ${made.start === null ? "none that is fresh" : sampleLine(made.start)}`,
        `count at its end: ${made.end === null ? "none that is fresh" : sampleLine(made.end)}`,
        ...made.events.map(({ from, to, what }) => `entries ${from} to ${to}: ${what}`),
      ];
    case "formula":
      return [
        ...made.explanation.text.split("\n"),
        `  constants: ${constants}`,
        ...Object.entries(made.inputs).flatMap(([name, input]) => {
          const [head = "", ...rest] = lines(input);
          return [`${name} is ${head}`, ...rest];
        }),
      ];
  }
}

/** The arithmetic of it, to be typed into any calculator. */
function meanLine(parts: readonly Part[]): string[] {
  const counted = parts.filter((part) => part.counted);
  if (counted.length === 0) return ["none of its parts is valid"];
  const values = counted.map(({ reading: [value] }) => bracketed(value));
  const weights = counted.map(({ weight }) => (weight === undefined ? undefined : bracketed(weight)));
  if (weights[0] === undefined) return [`= (${values.join(" + ")}) / ${counted.length}`];
  return [`= (${values.map((value, i) => `${value} * ${weights[i]}`).join(" + ")}) / (${weights.join(" + ")})`];
}

function periodLine({ by, hours, parts }: Made & { readonly of: "periods" }): string[] {
  const counted = parts.filter((part) => part.counted);
  if (by === "mean" || counted.length === 0) return meanLine(parts);
  if (by === "sum") return [`= ${counted.map(({ reading: [value] }) => bracketed(value)).join(" + ")}`];
  return meanLine(parts).map((line) => `${line} * ${hours}`);
}

interface Part {
  readonly reading: ReadingTuple;
  readonly counted: boolean;
  readonly weight?: string | null;
}
const bracketed = (value: string | null): string => (value?.startsWith("-") ? `(${value})` : (value ?? "?"));

/** Said once where all samples have it, as they nearly always do. */
const sources = (samples: readonly TracedSample[]): string[] => [
  ...new Set(samples.map(({ source, scale }) => `read from ${source}, scale ${scale} (feed/README.md, 3.5 and 3.8)`)),
];

const sampleLine = (sample: TracedSample): string =>
  `${sample.t}  ${reading(sample.reading, "")}${skipped(sample)}  (entry ${sample.entry})  ${sample.raw.filter(Boolean).join(" ")}`;
const skipped = ({ counted }: { readonly counted: boolean }): string => (counted ? "" : " not counted");

const reading = ([value, flag, reason]: ReadingTuple, unit: string): string =>
  `${value === null ? "no value" : `${value}${unit === "" ? "" : ` ${unit}`}`}, ${flag}${reason === undefined ? "" : ` (${reason})`}`;
