import { endOf } from "../../feed/derive/average/calendar.ts";
import type { Sample } from "../../feed/derive/average/channel.ts";
import { formulaById } from "../../feed/derive/catalogue.ts";
import { type ConstantSetId, constantsOf } from "../../feed/derive/constants.ts";
import { counterOf } from "../../feed/derive/counter-input.ts";
import { believed } from "../../feed/derive/counting.ts";
import { decimal } from "../../feed/derive/decimal.ts";
import { readInput } from "../../feed/derive/declared.ts";
import { declaredIn } from "../../feed/derive/entries.ts";
import { type Explanation, explain } from "../../feed/derive/explain.ts";
import { amended } from "../../feed/derive/overlaid.ts";
import { regimeNamed } from "../../feed/derive/regime.ts";
import { ownTimesOf, samplesOf } from "../../feed/derive/samples.ts";
import type { Value } from "../../feed/derive/values.ts";
import type { ConfigBody, Derivation, DerivedBody, Period } from "../../feed/format/body.ts";
import { isoTime, readEntry, type StoredEntry } from "../../feed/format/entry.ts";
import { type ReadingTuple, toTuple } from "../../feed/format/reading.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import { type NamedPeriod, periodText } from "./period-text.ts";
import { firstSince } from "./reading.ts";
import { type Unproven, uncounted, unprovenIn } from "./trace-checks.ts";
import { type Counts, countsOf } from "./trace-counts.ts";
import type { TracedSample } from "./traced-sample.ts";

/** Why a derived value is what it is: every step down to the bytes of the replies, each with the number of its entry. */
export interface Trace {
  readonly channel: string;
  readonly unit: string;
  /** As a person names it, in the site's time. */
  readonly period: string;
  /** The value as it stands, with all amendments. */
  readonly value: ReadingTuple;
  /** [valid, possible] parts. */
  readonly n: readonly [number, number];
  readonly entry: number;
  readonly amendments: readonly { readonly entry: number; readonly why: string; readonly before: ReadingTuple }[];
  /** What of its time no check proves, of the measured channels it rests on, as it was known when the value was last said. */
  readonly unproven?: readonly Unproven[];
  readonly how: Derivation;
  /** Number of the config entry that says so. */
  readonly config: number;
  /** Only where it says so within the period: nothing that was read before counts. */
  readonly since?: string;
  readonly made: Made;
}

export type Made =
  | { readonly of: "samples"; readonly samples: readonly TracedSample[] }
  | Counts
  | { readonly of: "formula"; readonly explanation: Explanation; readonly inputs: Readonly<Record<string, Trace>> }
  | {
      readonly of: "periods";
      /** "rate": the mean times the hours of the period, of a flow per hour that is summed over days. */
      readonly by: "mean" | "rate" | "sum";
      readonly hours: number;
      readonly parts: readonly TracedPart[];
    };

export interface TracedPart {
  readonly entry: number;
  readonly period: string;
  readonly reading: ReadingTuple;
  readonly counted: boolean;
  /** What it weighs, where the mean is a weighted one. */
  readonly weight?: string | null;
}

/** Looks one period of one channel up. Nothing where the journal holds no such period. */
export function traceOf(journal: JournalReader, channel: string, named: NamedPeriod): Trace | undefined {
  // Entries are made in the order of time, unless a clock was set back.
  for (const since of [firstSince(journal, isoTime(millis(named.start))), 0])
    for (const entry of periodsIn(journal, named.period, named.start, named.start + 1, since))
      if (channel in entry.data) return traceEntry(journal, channel, entry);
  return undefined;
}

type Derived = StoredEntry & DerivedBody;
type Config = StoredEntry & ConfigBody;

function* readable(entries: Iterable<{ readonly bytes: Buffer }>): Generator<StoredEntry> {
  for (const { bytes } of entries) {
    const entry = readEntry(bytes);
    if (entry.ok) yield entry.value;
  }
}

/** Entries of periods of one kind that start in [from, to). */
function* periodsIn(
  journal: JournalReader,
  period: Period,
  from: number,
  to: number,
  since: number,
): Generator<Derived> {
  for (const entry of readable(journal.ofType("derived", since))) {
    if (entry.type !== "derived" || entry.period !== period) continue;
    const start = Date.parse(entry.start);
    if (start >= from && start < to) yield entry;
  }
}

function traceEntry(journal: JournalReader, channel: string, entry: Derived): Trace | undefined {
  const config = [...readable(journal.read(entry.cfg, entry.cfg + 1))][0];
  if (config?.type !== "config") return undefined;
  const how = config.derive?.[channel];
  const first = entry.data[channel];
  if (how === undefined || first === undefined) return undefined;
  const east = config.east ?? 0;
  const { value, amendments } = standing(journal, channel, entry.seq, first);
  const told = Math.max(entry.seq, ...amendments.map((one) => one.entry));
  const unproven = unprovenIn(journal, channel, entry, config, told);
  const made = madeOf(journal, channel, how, entry, config, Math.max(entry.of[1], told));
  return {
    channel,
    unit: config.points[channel]?.[0] ?? "",
    period: periodText({ period: entry.period, start: Date.parse(entry.start) }, east),
    value,
    n: entry.n[channel] ?? [0, 0],
    entry: entry.seq,
    amendments,
    ...(unproven.length > 0 && { unproven }),
    how,
    config: entry.cfg,
    ...(config.t > entry.start && { since: config.t }),
    made: made.of === "samples" ? { ...made, samples: uncounted(made.samples, unproven) } : made,
  };
}

function standing(
  journal: JournalReader,
  channel: string,
  ref: number,
  first: ReadingTuple,
): Pick<Trace, "value" | "amendments"> {
  let value = first;
  const amendments: Trace["amendments"][number][] = [];
  for (const entry of readable(journal.ofType("amend", ref))) {
    if (entry.type !== "amend" || entry.ref !== ref) continue;
    const after = amended(entry.value)[channel];
    if (after === undefined) continue;
    amendments.push({ entry: entry.seq, why: entry.why, before: value });
    value = after;
  }
  return { value, amendments };
}

function madeOf(
  journal: JournalReader,
  channel: string,
  how: Derivation,
  entry: Derived,
  config: Config,
  upTo: number,
): Made {
  const regime = regimeNamed(how.regime);
  const isMean = how.formula === "mean";
  const counter = counterOf(how);
  if (counter) {
    const times = [Date.parse(entry.start), endOf(entry.period, Date.parse(entry.start), config.east ?? 0)] as const;
    const from = times[0] - counter.setup.fresh;
    const samples = samplesIn(journal, config, counter.counter, [from, times[1]], [entry.of[0], upTo], believed);
    return countsOf(counter, samples, times);
  }
  if (!isMean && entry.period === how.at) return byFormula(journal, how, entry);
  const from = regime?.levels.find(({ period }) => period === entry.period)?.from ?? "sample";
  const valid = regime?.valid ?? ["N"];
  const start = Date.parse(entry.start);
  const end = endOf(entry.period, start, config.east ?? 0);
  if (isMean && from === "sample")
    return { of: "samples", samples: samplesIn(journal, config, channel, [start, end], [entry.of[0], upTo], valid) };
  const shorter = from === "sample" ? how.at : from;
  const parts = [...periodsIn(journal, shorter, start, end, config.seq)].flatMap((part) => {
    const first = part.data[channel];
    if (first === undefined) return [];
    const { value } = standing(journal, channel, part.seq, first);
    const named = { period: part.period, start: Date.parse(part.start) };
    return [
      { entry: part.seq, period: periodText(named, config.east ?? 0), reading: value, counted: counts(value, valid) },
    ];
  });
  const long = entry.period === "day" || entry.period === "month";
  const by = how.longer === "mean" ? "mean" : long ? "sum" : "rate";
  return { of: "periods", by, hours: (end - start) / 3_600_000, parts };
}

const counts = ([value, flag]: ReadingTuple, valid: readonly string[]): boolean =>
  value !== null && valid.includes(flag);

function byFormula(journal: JournalReader, how: Derivation, entry: Derived): Made {
  const formula = formulaById(how.formula);
  if (formula === undefined) return { of: "periods", by: "mean", hours: 0, parts: [] };
  const inputs: Record<string, Trace> = {};
  const values: Record<string, Value> = {};
  for (const [name, text] of Object.entries(how.in)) {
    const input = readInput(text);
    if (input?.is === "number") values[name] = text.slice(1);
    if (input?.is !== "channel") continue;
    const trace = traceOf(journal, input.channel, { period: how.at, start: Date.parse(entry.start) });
    if (trace === undefined) continue;
    inputs[name] = trace;
    const [value] = trace.value;
    values[name] = value === null ? null : decimal(value).times(input.times);
  }
  return { of: "formula", explanation: explain(formula, values, constantsOf(how.constants as ConstantSetId)), inputs };
}

/** Samples lie in the entries the period names, and those that came late behind them. */
function samplesIn(
  journal: JournalReader,
  declared: Config,
  channel: string,
  [start, end]: readonly [number, number],
  [from, to]: readonly [number, number],
  valid: readonly string[],
): TracedSample[] {
  const configs = new Map<number, readonly [string, string, string, number] | undefined>();
  const placeOf = (cfg: number) => {
    if (!configs.has(cfg)) {
      const config = [...readable(journal.read(cfg, cfg + 1))][0];
      configs.set(cfg, config?.type === "config" ? config.points[channel] : undefined);
    }
    return configs.get(cfg);
  };
  const own = ownTimesOf(declaredIn(declared));
  const found: TracedSample[] = [];
  for (const one of readable(journal.read(from, to))) {
    if (one.type !== "frame") continue;
    const sample = samplesOf(one, one.seq, own).find(([name]) => name === channel)?.[1];
    if (sample === undefined || !within(sample, start, end)) continue;
    const reading = readingOf(sample);
    const [, source = "", scale = ""] = placeOf(one.cfg) ?? [];
    const raw = one.raw.map((reply) => Buffer.from(reply, "base64").toString("hex"));
    found.push({
      entry: one.seq,
      t: isoTime(millis(sample.t)),
      reading,
      counted: counts(reading, valid),
      raw,
      source,
      scale,
    });
  }
  return found;
}

const readingOf = ({ value, flag, reason }: Sample): ReadingTuple =>
  toTuple(
    value === null
      ? { kind: "missing", flag: flag === "N" ? "D" : flag, reason: reason ?? "" }
      : { kind: "measured", value, flag, ...(reason !== undefined && { reason }) },
  );

const within = ({ t }: Sample, start: number, end: number): boolean => t >= start && t < end;
