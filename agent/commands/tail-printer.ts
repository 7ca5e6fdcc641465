import type { Site } from "../../config/site.ts";
import { exchangesOf, rawLines } from "./tail-raw.ts";
import { colours, columnsFor, eventLines, headLine, noColours, readingLines, wrapped } from "./tail-screen.ts";
import { type Show, type ShownFrame, tookMs } from "./tail-shown.ts";

export interface Printer extends Show {
  head(): void;
}

export interface PrintOptions {
  readonly raw: boolean;
  readonly json: boolean;
  readonly colour: boolean;
}

/** Lines for a person, or JSON for a program; then notes and events go aside, so that each line of output is one poll. */
export function printer(
  { devices, lines: siteLines }: Pick<Site, "devices" | "lines">,
  { raw, json, colour }: PrintOptions,
  { out, aside }: { out(text: string): void; aside(text: string): void },
): Printer {
  const paint = colour ? colours : noColours;
  const summed = new Set(siteLines.filter((line) => "checksum" in line && line.checksum).map(({ id }) => id));
  const devicesAsked = new Map(devices.map(({ id, line, profile }) => [id, { profile, summed: summed.has(line) }]));
  const columns = columnsFor(
    devices.map(({ id, profile }) => ({
      device: id,
      points: [...profile.points, ...profile.settings].map((point) => point.id),
    })),
  );
  const say = json ? aside : out;
  const lines = (texts: readonly string[], to: (text: string) => void): void => {
    for (const text of texts) to(text);
  };
  return {
    note: (text) => lines(wrapped(text, 2), say),
    head: () => void (json || out(paint(headLine(columns), "quiet"))),
    event: (event) =>
      lines(
        eventLines(event).map((text) => paint(text, "bad")),
        say,
      ),
    frame: (frame) => {
      const asked = devicesAsked.get(frame.device);
      if (asked === undefined) return;
      if (json) return out(JSON.stringify(jsonOf(frame, exchangesOf(frame, asked))));
      lines(readingLines(frame, columns, Date.now(), paint), out);
      if (raw) lines(rawLines(frame, asked, paint), out);
    },
  };
}

/** `readings` by channel: value (null: none), unit, flag, reason. `request` and `reply` in hex, as they are kept. */
function jsonOf(frame: ShownFrame, exchanges: ReturnType<typeof exchangesOf>): object {
  const { device, seq, body, units } = frame;
  return {
    device,
    t: body.t,
    ...(seq === undefined ? { kept: false } : { kept: true, seq }),
    ms: tookMs(body),
    ...(body.own && { own: body.own }),
    readings: Object.fromEntries(
      Object.entries(body.data).map(([channel, [value, flag, reason]]) => [
        channel,
        { value, unit: units[channel] ?? null, flag, ...(reason !== undefined && { reason }) },
      ]),
    ),
    exchanges: exchanges.map(({ request, reply, ms }) => ({
      request: request.toString("hex"),
      reply: reply.toString("hex"),
      ms,
    })),
  };
}
