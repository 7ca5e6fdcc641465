/**
 * How much of a serial line's time goes to what the wire itself needs, with t3.5 kept; the same of libmodbus, which does not keep it. Then
 * how many of their polls eight devices keep beside a dead one and a slow one.
 */
import { run } from "../support/program.ts";
import { type Bench, median } from "./result.ts";
import { beside, compile, demand, during, pinned, rateOf, startPinned, withFolder } from "./tools.ts";

const bauds = [
  { baud: 9600, bar: 0.97 },
  { baud: 19_200, bar: 0.95 },
  { baud: 115_200, bar: 0.88 },
] as const;

/** What the line saw of one master; it also prints times between frames, for people. */
interface Report {
  readonly requests: number;
  /** Requests that began on the wire less than t3.5 after the frame before them. */
  readonly inside: number;
  /** Requests for which that cannot be told, because the line's own program was held up. */
  readonly unsure: number;
  /** The least a read can take on this wire, and what it took. */
  readonly wire_us: number;
  readonly cycle_us: number;
}

/** Runs `master` (a command line without the port) on a fresh line and returns what the line saw of it. */
async function onLine(
  line: string,
  args: readonly string[],
  master: (port: string) => readonly [string, readonly string[]],
): Promise<Report> {
  const program = startPinned("server", line, args);
  await during(program, async () => {
    const [, port = ""] = await program.line(/line (\S+)/);
    const [command, full] = pinned("client", ...master(port));
    await rateOf(command, full);
  });
  return JSON.parse(program.stdout().split("\n")[1] ?? "") as Report;
}

const use = ({ wire_us, cycle_us }: Report): number => wire_us / cycle_us;
const total = (reports: readonly Report[], key: "requests" | "inside" | "unsure"): number =>
  reports.reduce((sum, report) => sum + report[key], 0);
const perMinute = (us: number): number => 60e6 / us;

export const rtuBus: Bench = async ({ seconds }, measure) => {
  demand("gcc", "libmodbus");
  await withFolder(async (folder) => {
    const line = await compile("rtu-line", folder);
    const libmodbus = await compile("rtu-libmodbus", folder);
    for (const { baud, bar } of bauds)
      for (const registers of [2, 20, 100]) {
        const ours: Report[] = [];
        const theirs: Report[] = [];
        const load = [String(baud), String(seconds), String(registers)];
        await measure({
          case: `${baud} baud, ${registers} registers`,
          unit: "reads/min",
          ...(registers === 20 ? { bar } : {}),
          never: "inside t3.5",
          ours: async () => {
            const report = await onLine(line, [String(baud), "0"], (port) => [
              process.execPath,
              [beside("rtu-client.js"), port, ...load],
            ]);
            ours.push(report);
            return perMinute(report.cycle_us);
          },
          other: async () => {
            theirs.push(await onLine(line, [String(baud), "0"], (port) => [libmodbus, [port, ...load]]));
            return perMinute(ours.at(-1)?.wire_us ?? Number.NaN);
          },
          also: () => ({
            requests: total(ours, "requests"),
            "inside t3.5": total(ours, "inside"),
            unsure: total(ours, "unsure"),
            libmodbus: Number(median(theirs.map(use)).toPrecision(3)),
            // Nothing came before the first request on a line.
            "its share inside t3.5": Number(
              (total(theirs, "inside") / (total(theirs, "requests") - theirs.length)).toPrecision(3),
            ),
          }),
        });
      }
    let slots = 0;
    await measure({
      case: "dead and slow",
      unit: "polls",
      bar: 0.93,
      ours: async () => {
        const program = startPinned("server", line, ["9600", "5000", "9=dead", "10=400000"]);
        return during(program, async () => {
          const [, port = ""] = await program.line(/line (\S+)/);
          const polls = [beside("rtu-plant.js"), port, "9600", String(seconds * 10)];
          const { code, stdout, stderr } = await run(...pinned("client", process.execPath, polls), {
            cleanup: () => {},
          });
          const [kept = Number.NaN, due = Number.NaN] = stdout.trim().split(" ").map(Number);
          if (code !== 0 || Number.isNaN(due)) throw new Error(`rtu-plant: ${stdout}${stderr}`);
          slots = due;
          return kept;
        });
      },
      other: async () => slots,
    });
  });
};
