import type { Formula } from "./formula.ts";
import { concentration } from "./formulas/concentration.ts";
import { conditions } from "./formulas/conditions.ts";
import { flow } from "./formulas/flow.ts";
import { fuel } from "./formulas/fuel.ts";
import { heat } from "./formulas/heat.ts";
import { mass } from "./formulas/mass.ts";
import { moistureFormulas } from "./formulas/moisture.ts";
import { oxygenFormulas } from "./formulas/oxygen.ts";
import { part75 } from "./formulas/part75.ts";
import { processes } from "./formulas/process.ts";

/** The formulas by their group, in the order of a reading's way from the stack to a tonne. */
export const formulaGroups = {
  conditions,
  oxygen: oxygenFormulas,
  moisture: moistureFormulas,
  flow,
  concentration,
  mass,
  fuel,
  process: processes,
  part75,
  heat,
} as const satisfies Readonly<Record<string, readonly Formula[]>>;

export const formulas: readonly Formula[] = Object.values(formulaGroups).flat();

export const formulaById = (id: string): Formula | undefined => formulas.find((formula) => formula.id === id);
