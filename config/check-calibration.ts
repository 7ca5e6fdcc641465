import type { Problem, Reporter } from "../drivers/problem.ts";
import type { Level } from "../feed/derive/calibration/checks.ts";
import { driftLimits } from "../feed/derive/calibration/drift.ts";
import { errorLimits, unitOf } from "../feed/derive/calibration/error.ts";
import { timers } from "../feed/derive/calibration/validity.ts";
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

const hasLimit = (kind: string, point: Level["point"]): boolean =>
  driftLimits.some((limit) => limit.instrument === kind && limit.point === point);

/** In place of a state of the profile: the instrument tells nothing of such checks, a person enters them. */
const byHand = "by-hand";

/** The unit that the limits of a kind of monitor are meant in, where the channel has another. */
function unitWanted(rules: Judging["rules"], kind: string, unit: string): string | undefined {
  const limit =
    rules === "part-75" ? Object.entries(errorLimits).find(([monitor]) => monitor === kind)?.[1] : undefined;
  const wanted = limit && unitOf(limit);
  return wanted === unit ? undefined : wanted;
}

function timerOf(
  { rules, kind, timer, lasts, zero, span }: DerivedFile["calibration"][string],
  say: (message: string, instead: string) => void,
): Watched["timer"] {
  if (timer === "none") return undefined;
  const isByHand = [zero, span].some((level) => level?.reason === byHand);
  const name = timer ?? (rules === "part-75" ? "part75" : `hj75-${kind}-${isByHand ? "manual" : "automatic"}`);
  const found = Object.entries(timers).find(([id]) => id === name)?.[1];
  if (found === undefined) {
    const names = [...Object.keys(timers), "none"];
    if (timer !== undefined) say(`there is no timer ${timer}`, nearest(timer, names) ?? names.join(", "));
    return undefined;
  }
  return { lasts: lasts ?? found.lasts, reach: found.reach };
}

/** The measured channels whose checks are judged, or what does not fit. */
export function resolveCalibration(
  { calibration }: Pick<DerivedFile, "calibration">,
  measured: MeasuredChannels,
  report: Reporter,
): { readonly watched: readonly Watched[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const watched = Object.entries(calibration).map(([channel, file]) => {
    const { rules, kind, scale, zero, span, samples, spread } = file;
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
    const wanted = has && unitWanted(rules, kind, has.unit);
    if (has !== undefined && wanted !== undefined)
      say(["kind"], `${rules} judges ${kind} in ${wanted}, and ${channel} is in ${has.unit}`, `a channel in ${wanted}`);
    if (!decimal(scale).gt(decimal("0"))) say(["scale"], `the scale is ${scale}`, "a number above zero");
    if (zero === undefined && span === undefined) say([], "nothing is checked", "zero, span, or both");
    const named: Record<string, Level> = {};
    for (const [point, level] of Object.entries({ zero, span }) as ["zero" | "span", typeof zero][]) {
      if (level === undefined) continue;
      const { reason, reference } = level;
      const reasons = has?.checks ?? [];
      if (has !== undefined && !reasons.includes(reason) && reason !== byHand)
        say(
          [point],
          `the profile gives ${channel} no state with flag C and the reason ${reason}`,
          nearest(reason, reasons) ??
            (reasons.length > 0
              ? reasons.join(", ")
              : "a channel whose device tells when it is checked, or reason: by-hand"),
        );
      if (rules === "hj75" && kinds.hj75.includes(kind) && !hasLimit(kind, point))
        say([point], `hj75 has no ${point} limit of ${kind}`, "the other check alone");
      named[reason === byHand ? `${byHand}.${point}` : reason] = { point, reference };
    }
    const timer = timerOf(file, (wanted, instead) => say(["timer"], wanted, instead));
    const recognition = { named, announced: [], samples, spread, gap };
    return { channel, recognition, judging: { rules, kind, scale } as Judging, ...(timer && { timer }) };
  });
  return { watched, problems };
}
