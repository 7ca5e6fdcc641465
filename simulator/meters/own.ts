import { identify } from "./identity.ts";
import { decimalOf } from "./image.ts";
import type { Model } from "./model.ts";
import type { Answer } from "./reply.ts";

/** The answer to functions beyond 1 to 4, and the values in it; undefined if the model has none for this request. */
export function answerOwn(
  { identity, own }: Model,
  request: Buffer,
  values: Readonly<Record<string, number>>,
): { readonly answer: Answer; readonly points: Readonly<Record<string, string>> } | undefined {
  if (own?.request === request.toString("hex")) {
    const pdu = Buffer.from(own.blank);
    const points: Record<string, string> = {};
    for (const [point, at] of Object.entries(own.points)) {
      pdu.writeFloatLE(values[point] ?? 0, 1 + at);
      points[point] = decimalOf({ as: "float32" }, values[point] ?? 0);
    }
    return { answer: { pdu }, points };
  }
  const pdu = identity && identify(identity, request);
  if (pdu === undefined) return undefined;
  const refused = ((pdu[0] ?? 0) & 0x80) !== 0;
  return { answer: refused ? { pdu, exception: pdu[1] ?? 0 } : { pdu }, points: {} };
}
