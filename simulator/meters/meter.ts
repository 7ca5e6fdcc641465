import type { Moment } from "../plant/world.ts";
import { openEyes } from "./eyes.ts";
import { decimalOf, draw, type Image } from "./image.ts";
import { type Cell, type Condition, type Model, type Scene, type Settings, type Table, widthOf } from "./model.ts";
import { answerOwn } from "./own.ts";
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
  const eyes = openEyes({ id, seed, look, ...(model.settings && { settings: model.settings }) });
  let drawn:
    | { readonly scene: Scene; readonly values: Readonly<Record<string, number>>; readonly image: Image }
    | undefined;

  const renew = (): NonNullable<typeof drawn> => {
    const scene = eyes.see();
    if (drawn?.scene === scene) return drawn;
    const values = { ...scene.settings, ...model.values(scene) };
    drawn = { scene, values, image: draw(model.cells, values) };
    return drawn;
  };

  return {
    id,
    unit,
    model,
    ask: (request) => {
      const { image, values } = renew();
      const own = answerOwn(model, request, values);
      if (own !== undefined) return own;
      const given = answer(image, request, model.maxRegisters);
      return { answer: given, points: "table" in given ? pointsWithin(model.cells, given, values) : {} };
    },
    setCondition: eyes.setCondition,
    set: eyes.set,
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
