import type { Planned } from "../../drivers/asked.ts";
import { scaleRaw } from "../../drivers/decimal.ts";
import type { Point } from "../../drivers/profile.ts";
import type { Conversation } from "./conversation.ts";
import type { Tell } from "./events.ts";

/** The values of a profile on a line without word orders, as the profile writes them. Gives whether all of them were answered. */
export async function tellPlanned<Q>(
  talk: Conversation<Q>,
  whom: string,
  plan: readonly Planned<Q>[],
  points: readonly Point[],
  signal: AbortSignal,
  tell: Tell,
): Promise<boolean> {
  let all = true;
  for (const { question, points: inside } of plan.filter(({ settings }) => !settings)) {
    if (signal.aborted) return false;
    const { reply, failure } = (await talk.ask(question)).exchange;
    if (reply === undefined || failure !== undefined) {
      all = false;
      const ids = inside.map(({ id }) => id).join(", ");
      tell({ is: "finding", code: "silent", text: `${whom} does not say ${ids}: ${failure?.detail ?? "no reply"}.` });
      continue;
    }
    for (const { id, decode } of inside) {
      const point = points.find((one) => one.id === id);
      const raw = decode(reply);
      const text =
        point === undefined || typeof raw === "string" || raw === undefined || !Number.isFinite(Number(raw))
          ? String(raw ?? "-")
          : scaleRaw(raw, point.scale, point.places);
      tell({ is: "value", id, text, unit: point?.unit ?? "" });
    }
  }
  return all;
}
