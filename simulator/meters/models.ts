import { ai8, plc5 } from "./loops.ts";
import { marsic300 } from "./marsic300.ts";
import type { Model } from "./model.ts";
import { pat2000 } from "./pat2000.ts";
import { s430 } from "./s430.ts";
import { sdm630 } from "./sdm630.ts";
import { t300 } from "./t300.ts";
import { thermo42i } from "./thermo42i.ts";

/** Every meter the simulator can pretend to be, by the name a scenario calls it. */
export const models = { marsic300, s430, sdm630, t300, thermo42i, ai8, plc5, pat2000 } as const satisfies Record<
  string,
  Model
>;
export type ModelName = keyof typeof models;
export const modelNames = Object.keys(models) as [ModelName, ...ModelName[]];
