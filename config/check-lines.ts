import { listenProblem } from "../drivers/hj212/listen.ts";
import { hostOf } from "../drivers/line/endpoints.ts";
import type { Problem, Reporter } from "../drivers/problem.ts";
import type { Loose } from "./loose.ts";
import { list, text, twins } from "./loose.ts";

/** What no single line can know: that an id or a connection is used by another one too. */
export function checkLines(lines: readonly Loose[], report: Reporter): Problem[] {
  const nameOf = (index: number): string => text(lines[index]?.id) ?? `lines[${index}]`;
  const same = (key: string, keyOf: (line: Loose) => string | undefined, instead: string): Problem[] =>
    twins(lines, keyOf).map(({ index, first }) =>
      report(
        "E_CONFIG_DUPLICATE",
        ["lines", index, key],
        key === "id"
          ? `${nameOf(index)} is the id of two lines`
          : `the line ${nameOf(first)} has this ${key === "host" ? "host and port" : key} already`,
        instead,
      ),
    );
  return [
    ...same("id", (line) => text(line.id), "an id of its own"),
    ...same("path", (line) => text(line.path), "each serial port once, with all its devices on that line"),
    ...same("host", hostAndPort, "each host and port once, with all its devices on that line"),
    ...lines.flatMap((line, index) => openToAll(line, ["lines", index], report)),
    ...lines.flatMap((line, index) =>
      line.transport === "rtu" && line.dataBits === 7
        ? [
            report(
              "E_CONFIG_VALUE",
              ["lines", index, "dataBits"],
              "RTU sends bytes of 8 bits",
              "8, or transport: ascii",
            ),
          ]
        : [],
    ),
  ];
}

/** A port that anybody can reach is no port for evidence. */
function openToAll(line: Loose, path: readonly PropertyKey[], report: Reporter): Problem[] {
  if (line.transport !== "hj212-listen") return [];
  const allow = list(line.allow).filter((address) => typeof address === "string");
  const locked = line.passwordFile === undefined ? {} : { password: "given" };
  const problem = listenProblem({ host: text(line.host) ?? "127.0.0.1", allow, ...locked });
  if (problem === undefined) return [];
  return [report("E_CONFIG_VALUE", [...path, "host"], problem, "allow and passwordFile, or host: 127.0.0.1")];
}

const defaultPort = 502;
const hostAndPort = ({ transport, host, port = defaultPort }: Loose): string | undefined =>
  typeof host === "string" && typeof port === "number" ? `${hostOf({ transport, host })}:${port}` : undefined;
