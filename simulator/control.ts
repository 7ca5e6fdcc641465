import { z } from "zod";
import { Fault } from "../feed/format/faults.ts";
import { loggerFaults } from "./logger/faults.ts";
import { saying } from "./logger/saying.ts";
import { conditions } from "./meters/model.ts";
import type { Simulation } from "./simulation.ts";
import { faultRule } from "./wire/faults.ts";

/** What can be asked of a running simulation: one line of JSON each. */
const wish = z.union([
  z.strictObject({ meter: z.string(), fault: z.union([faultRule, z.array(faultRule), z.null()]) }),
  z.strictObject({ meter: z.string(), condition: z.enum(conditions) }),
  z.strictObject({ meter: z.string(), setting: z.record(z.string(), z.number()) }),
  z.strictObject({ logger: z.string(), fault: z.enum(loggerFaults).nullable() }),
  z.strictObject({ logger: z.string(), says: saying.nullable() }),
]);

export type ControlAnswer = { readonly ok: true } | { readonly ok: false; readonly problem: string };

/**
 * Does what a line asks: `{"meter":"cems","fault":{"kind":"silence"}}` (null: none), `{"meter":"cems","condition":"held"}` or
 * `{"meter":"co","setting":{"slope":1.08}}`; of a data logger `{"logger":"cabinet","fault":"stuck"}` (null: none) or
 * `{"logger":"cabinet","says":{"flag":"D","work":2,"comms":0}}` (null: what it sees).
 */
export function obey(
  simulation: Pick<Simulation, "setFault" | "setCondition" | "setSetting" | "setLoggerFault" | "setSaying">,
  line: string,
): ControlAnswer {
  try {
    const asked = wish.parse(JSON.parse(line));
    if ("says" in asked) simulation.setSaying(asked.logger, asked.says ?? {});
    else if ("logger" in asked) simulation.setLoggerFault(asked.logger, asked.fault ?? undefined);
    else if ("condition" in asked) simulation.setCondition(asked.meter, asked.condition);
    else if ("setting" in asked) simulation.setSetting(asked.meter, asked.setting);
    else
      simulation.setFault(
        asked.meter,
        ...(Array.isArray(asked.fault) ? asked.fault : asked.fault ? [asked.fault] : []),
      );
    return { ok: true };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, problem: error.message };
    if (error instanceof z.ZodError) return { ok: false, problem: z.prettifyError(error) };
    if (error instanceof SyntaxError) return { ok: false, problem: "not a line of JSON" };
    throw error;
  }
}
