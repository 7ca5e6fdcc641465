import { command, duration, option, or } from "../../feed/command.ts";
import { Fault } from "../../feed/format/faults.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { holdLines } from "../holding.ts";
import type { AskedLine } from "../probe/conversation.ts";
import { type ScanEvent, scan as scanLine } from "../probe/scan.ts";
import { progressBar, progressLines, scanText } from "../probe/scan-text.ts";
import { commonSettings } from "../probe/settings.ts";
import { inkFor } from "../probe/text.ts";
import { lineMeant, unitsMeant } from "../probe/which.ts";
import { ends } from "./ends.ts";
import { heldBy, jsonFlag, lineArgument, siteOption, stoppedStatus } from "./probe.ts";
import { readSite } from "./site.ts";

const usualMs = millis(200);

export const scan = command({
  name: "scan",
  about: "Ask every unit id on a line who is there, one short question at a time. Reads only.",
  takes: {
    line: lineArgument,
    config: siteOption,
    units: or(option("--units RANGE", "such as 1-40 or 1-10,20; not given: 1-247, on DCON 0-255"), undefined),
    settings: or(option("--settings WHICH", "line: as the line says; all: the common baud rates and parities"), "line"),
    wait: or(duration("--wait T", "how long a device may take to begin its answer; not given: 200ms"), undefined),
    json: jsonFlag,
  },
  examples: [
    "scan tcp:192.168.1.20:502",
    "scan rtu:/dev/ttyUSB0:9600:8N1 --units 1-40",
    "scan stack --config site.yaml --settings all",
  ],
  ends: ends.scan,
  exits: { 0: "something was found", 2: "nothing answers", [stoppedStatus]: "stopped by Ctrl-C" },
  run: async ({ line: text, config, units, settings, wait, json }, signal) => {
    const site = config === undefined ? undefined : readSite(config);
    const line = lineMeant(text, site);
    const asked = { lines: linesMeant(line, settings), units: unitsOf(line, units) };
    const hold = await holdLines([line], heldBy("cems-agent scan", site));
    try {
      const { found, stopped } = await scanLine(asked, { signal, deviceMs: wait ?? usualMs }, scanScreen(json));
      return stopped ? stoppedStatus : found > 0 ? 0 : 2;
    } finally {
      await hold.release();
    }
  },
});

function linesMeant(line: AskedLine, settings: string): readonly AskedLine[] {
  if (settings === "all") return commonSettings(line);
  if (settings === "line") return [line];
  throw new Fault("E_PROBE_ARGUMENT", `--settings ${settings}: write line or all`);
}

function unitsOf(line: AskedLine, range: string | undefined): readonly number[] {
  const dcon = line.transport.startsWith("dcon");
  const [least, most] = dcon || line.transport === "tcp" || line.transport === "udp" ? [0, 255] : [1, 247];
  return unitsMeant(range ?? (dcon ? "0-255" : "1-247"), least, most);
}

/** The result on standard output; how far it is on standard error: a bar on a terminal, else a line now and then. */
function scanScreen(json: boolean): (event: ScanEvent) => void {
  const { stdout, stderr } = process;
  const text = scanText(inkFor(stdout.isTTY === true, process.env));
  const lines = progressLines();
  const terminal = stderr.isTTY === true;
  return (event) => {
    if (terminal) stderr.write("\r\x1b[K");
    if (event.is === "progress") {
      const line = terminal ? progressBar(event) : lines(event);
      if (line !== undefined && (!terminal || event.done < event.of)) stderr.write(terminal ? line : `${line}\n`);
    } else if (json) stdout.write(`${JSON.stringify(event)}\n`);
    else for (const line of text(event)) stdout.write(`${line}\n`);
  };
}
