import type { Moment } from "../plant/world.ts";
import { scatter, seedFor } from "../random.ts";
import { decimalOf, draw, type Image } from "./image.ts";
import { type Cell, type Condition, type Model, type Settings, type Table, widthOf } from "./model.ts";
import { type Answer, answer } from "./reply.ts";

/** A meter of one model at one unit id. It renews its registers once a second, all at the same moment. */
export interface Meter {
  readonly id: string;
  readonly unit: number;
  readonly model: Model;
  /** Answers a request PDU. `points`: the values that lie wholly within the answer, as exact decimal strings. */
  ask(request: Buffer): { readonly answer: Answer; readonly points: Readonly<Record<string, string>> };
  setCondition(condition: Condition): void;
  /** Turns the settings named, and no others. Returns a setting the meter does not have, and then nothing is changed. */
  set(settings: Settings): string | undefined;
}

export interface MeterSettings {
  readonly id: string;
  readonly unit: number;
  readonly model: Model;
  readonly seed: number;
  look(): Moment;
}

export function createMeter({ id, unit, model, seed, look }: MeterSettings): Meter {
  let condition: Condition = "measuring";
  let settings: Settings = model.settings ?? {};
  /** The moment whose values are held. */
  let since = look();
  let drawn:
    | { readonly seconds: number; readonly values: Readonly<Record<string, number>>; readonly image: Image }
    | undefined;

  const renew = (): NonNullable<typeof drawn> => {
    const now = look();
    if (drawn?.seconds === now.seconds) return drawn;
    const seen = condition === "held" ? since : now;
    const scatterOf = (label: string): number => scatter(seedFor(seed, id, label, seen.seconds));
    const { plant, totals } = seen;
    const values = { ...settings, ...model.values({ plant, totals, condition, settings, scatter: scatterOf }) };
    drawn = { seconds: now.seconds, values, image: draw(model.cells, values) };
    return drawn;
  };

  return {
    id,
    unit,
    model,
    ask: (request) => {
      const { image, values } = renew();
      const given = answer(image, request, model.maxRegisters);
      return { answer: given, points: "exception" in given ? {} : pointsWithin(model.cells, given, values) };
    },
    setCondition: (next) => {
      if (next === "held" && condition !== "held") since = look();
      condition = next;
      drawn = undefined;
    },
    set: (turned) => {
      const unknown = Object.keys(turned).find((name) => !Object.hasOwn(settings, name));
      if (unknown !== undefined) return unknown;
      settings = { ...settings, ...turned };
      drawn = undefined;
      return undefined;
    },
  };
}

function pointsWithin(
  cells: readonly Cell[],
  read: { readonly table: Table; readonly start: number; readonly count: number },
  values: Readonly<Record<string, number>>,
): Record<string, string> {
  const within = cells.filter(
    (cell) =>
      cell.table === read.table &&
      cell.address >= read.start &&
      cell.address + widthOf(cell) <= read.start + read.count,
  );
  return Object.fromEntries(within.map((cell) => [cell.point, decimalOf(cell, values[cell.point] ?? 0)]));
}
