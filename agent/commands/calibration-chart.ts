import type { Site } from "../../config/site.ts";
import { command, flag, only, option, or } from "../../feed/command.ts";
import type { Point } from "../../feed/derive/calibration/check.ts";
import { pointsOfWatched } from "../../feed/derive/calibration/watch.ts";
import { Fault } from "../../feed/format/faults.ts";
import { journalPath } from "../agent.ts";
import { type Chart, chartOf, chartText, checksIn } from "../derive/chart.ts";
import { momentForms, readMoment } from "../derive/period-text.ts";
import { readJournal } from "../keep/reader.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

export const calibrationChart = command({
  name: "calibration-chart",
  about:
    "The control charts of QAL3 (EN 14181: Shewhart, CUSUM, EWMA) over the zero and span checks in the journal, of one channel.",
  takes: {
    channel: option("CHANNEL", "a channel of `derived.calibration`"),
    config: option("--config FILE", "the site's configuration"),
    deviation: option("--deviation S", "the standard deviation of the instrument (sAMS), in the unit of the channel"),
    point: or(
      only(option("--point POINT", "zero or span; both"), (text) => text === "zero" || text === "span", "zero or span"),
      undefined,
    ),
    since: or(
      option(
        "--since TIME",
        `where the charts begin, such as the last adjustment, in the site's own time: ${momentForms}`,
      ),
      undefined,
    ),
    json: flag("--json", "the same as one JSON object"),
  },
  examples: [
    "calibration-chart cems.so2 --config site.yaml --deviation 2.5",
    "calibration-chart cems.so2 --config site.yaml --deviation 2.5 --point span --since 2026-10-01T09:00 --json",
  ],
  exits: { 1: "the newest check of a chart asks for an action" },
  ends: ends["calibration-chart"],
  run: ({ config, json, ...asked }) => {
    const site = readSite(config);
    const charts = chartsOf(site, journalPath(site), asked);
    process.stdout.write(json ? `${JSON.stringify({ charts })}\n` : charts.map(chartText).join("\n"));
    return charts.every(({ inControl }) => inControl) ? 0 : 1;
  },
});

interface Asked {
  readonly channel: string;
  readonly deviation: string;
  readonly point: string | undefined;
  readonly since: string | undefined;
}

/** Throws Fault E_CALIBRATION_ARGUMENT, and what reading the journal throws. */
export function chartsOf({ derived }: Pick<Site, "derived">, journalDir: string, asked: Asked): readonly Chart[] {
  const { channel, deviation, point, since } = asked;
  const wrong = (why: string): never => {
    throw new Fault("E_CALIBRATION_ARGUMENT", why);
  };
  const watched = derived?.checks.find((one) => one.channel === channel);
  if (derived === undefined || watched === undefined) {
    const names = derived?.checks.map((one) => one.channel).join(", ") || "none";
    return wrong(`${channel} is not among the channels of \`derived.calibration\`: ${names}`);
  }
  const from =
    since === undefined
      ? 0
      : (readMoment(since, derived.offset / 60_000) ?? wrong(`${since} is no time: ${momentForms}`));
  const points = pointsOfWatched(watched).filter((one) => point === undefined || one === point);
  if (points.length === 0) return wrong(`${channel} has no ${point} check in \`derived.calibration\``);
  const journal = readJournal(journalDir);
  try {
    const checks = checksIn(journal, channel, from);
    return points.map((one: Point) => {
      const unit = derived.units.get(channel) ?? "";
      const made = chartOf(checks, { channel, point: one, unit, deviation });
      return made.ok ? made.chart : wrong(`${deviation} is no standard deviation: a number above zero is wanted`);
    });
  } finally {
    journal.close();
  }
}
