import type { Problem, Reporter } from "../drivers/problem.ts";
import type { Level } from "../feed/derive/calibration/checks.ts";
import { driftLimits } from "../feed/derive/calibration/drift.ts";
import { errorLimits } from "../feed/derive/calibration/error.ts";
import type { Judging, Watched } from "../feed/derive/calibration/watch.ts";
import { decimal } from "../feed/derive/decimal.ts";
import { nearest } from "../feed/yaml/nearest.ts";
import type { MeasuredChannels } from "./derivations.ts";
import type { DerivedFile } from "./derived-form.ts";

/** Without a sample for so long, ms, what follows is another check. */
const gap = 300_000;

const kinds: Readonly<Record<Judging["rules"], readonly string[]>> = {
  "part-75": Object.keys(errorLimits),
  hj75: [...new Set(driftLimits.map(({ instrument }) => instrument))],
};

/** The measured channels whose checks are judged, or what does not fit. */
export function resolveCalibration(
  { calibration }: Pick<DerivedFile, "calibration">,
  measured: MeasuredChannels,
  report: Reporter,
): { readonly watched: readonly Watched[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const watched = Object.entries(calibration).map(([channel, { rules, kind, scale, zero, span, samples, spread }]) => {
    const say = (path: readonly string[], message: string, instead: string, part: "key" | "value" = "value"): void =>
      void problems.push(
        report("E_CONFIG_DERIVED", ["derived", "calibration", channel, ...path], message, instead, part),
      );
    const has = measured.get(channel);
    if (has === undefined)
      say(
        [],
        `no device has a channel ${channel}`,
        nearest(channel, [...measured.keys()]) ?? "a measured channel",
        "key",
      );
    if (!kinds[rules].includes(kind))
      say(["kind"], `${rules} has no limits for ${kind}`, nearest(kind, kinds[rules]) ?? kinds[rules].join(", "));
    if (!decimal(scale).gt(decimal("0"))) say(["scale"], `the scale is ${scale}`, "a number above zero");
    if (zero === undefined && span === undefined) say([], "nothing is checked", "zero, span, or both");
    const named: Record<string, Level> = {};
    for (const [point, level] of Object.entries({ zero, span }) as ["zero" | "span", typeof zero][]) {
      if (level === undefined) continue;
      const { reason, reference } = level;
      const reasons = has?.checks ?? [];
      if (has !== undefined && !reasons.includes(reason))
        say(
          [point],
          `the profile gives ${channel} no state with flag C and the reason ${reason}`,
          nearest(reason, reasons) ??
            (reasons.length > 0 ? reasons.join(", ") : "a channel whose device tells when it is checked"),
        );
      named[reason] = { point, reference };
    }
    const recognition = { named, announced: [], samples, spread, gap };
    return { channel, recognition, judging: { rules, kind, scale } as Judging };
  });
  return { watched, problems };
}
