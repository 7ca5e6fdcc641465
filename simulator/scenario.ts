import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { Fault } from "../feed/format/faults.ts";
import { readYaml } from "../feed/yaml/read.ts";
import { dialects } from "./logger/dialect.ts";
import { energyMeterNames } from "./meters/dlt645.ts";
import { conditions } from "./meters/model.ts";
import { modelNames } from "./meters/models.ts";
import { unit350 } from "./plant/combustion.ts";
import { faultFits, faultRule, meterAddress } from "./wire/faults.ts";

const id = z.string().regex(/^[a-z0-9-]{1,20}$/, "letters a-z, digits and - only, at most 20");

const common = {
  id,
  condition: z.enum(conditions).default("measuring"),
  faults: z.array(faultRule).default([]),
};
const unit = z.int().min(0).max(255);
const meters = z.array(z.strictObject({ ...common, model: z.enum(modelNames), unit })).min(1);
const energy = z.array(z.strictObject({ ...common, model: z.enum(energyMeterNames), unit: meterAddress })).min(1);
const modules = z.array(z.strictObject({ ...common, model: z.enum(["m7017"]), unit })).min(1);
const baud = z.int().min(1200).max(115_200);
const tcp = { id, host: z.string().default("127.0.0.1"), port: z.int().min(0).max(65_535) };
const checksum = z.boolean().default(false);
const paced = z.boolean().default(false);

/** A line with its meters. `baud` only tells who reads it what to set, unless the line is `paced`: then it keeps the time of the wire. */
const line = z.discriminatedUnion("transport", [
  z.strictObject({ transport: z.literal("tcp"), ...tcp, meters }),
  z.strictObject({ transport: z.literal("udp"), ...tcp, meters }),
  z.strictObject({ transport: z.literal("rtu-over-tcp"), baud: baud.default(9600), ...tcp, meters }),
  z.strictObject({ transport: z.literal("rtu"), id, baud: baud.default(19_200), paced, meters }),
  z.strictObject({ transport: z.literal("ascii"), id, baud: baud.default(9600), meters }),
  z.strictObject({ transport: z.literal("ascii-over-tcp"), baud: baud.default(9600), ...tcp, meters }),
  z.strictObject({ transport: z.literal("dlt645"), id, baud: baud.default(2400), meters: energy }),
  z.strictObject({ transport: z.literal("dlt645-over-tcp"), baud: baud.default(2400), ...tcp, meters: energy }),
  z.strictObject({ transport: z.literal("dcon"), id, baud: baud.default(9600), checksum, meters: modules }),
  z.strictObject({
    transport: z.literal("dcon-over-tcp"),
    baud: baud.default(9600),
    checksum,
    ...tcp,
    meters: modules,
  }),
]);
export type Line = z.output<typeof line>;

const number = z.string().regex(/^[0-9A-Za-z_-]{1,32}$/, "letters, digits, _ and -, at most 32");
const pushes = {
  id,
  mn: number,
  dialect: z.enum(dialects).default("2017"),
  password: z.string().min(1).max(16).default("123456"),
  asks: z.boolean().default(true),
  everyMs: z.int().min(50).max(3_600_000).default(1000),
};
/** A data logger that pushes. Its transport is what a site file calls it: it sits on a pseudo-terminal, is dialled, or dials. */
const logger = z.discriminatedUnion("transport", [
  z.strictObject({ transport: z.literal("hj212"), ...pushes, baud: baud.default(9600) }),
  z.strictObject({ transport: z.enum(["hj212-dial", "hj212-listen"]), ...pushes, host: tcp.host, port: tcp.port }),
]);
export type LoggerOnLine = z.output<typeof logger>;

const scenario = z
  .strictObject({
    about: z.string().min(1).max(200),
    plant: z
      .strictObject({
        ratedMW: z.number().positive().max(1500).default(unit350.ratedMW),
        sectionM2: z.number().positive().max(500).default(unit350.sectionM2),
        barometricPa: z.number().min(50_000).max(110_000).default(unit350.barometricPa),
      })
      .prefault({}),
    lines: z.array(line).default([]),
    loggers: z.array(logger).default([]),
  })
  .refine(({ lines, loggers }) => lines.length + loggers.length > 0, { error: "neither lines nor loggers" })
  .superRefine(({ lines, loggers }, context) => {
    const complain = (message: string, ...path: (string | number)[]): void =>
      context.addIssue({ code: "custom", message, path });
    const seen = new Set<string>();
    const first = (kind: string, name: string | number): boolean => {
      const key = `${kind} ${name}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    };
    for (const [at, { id, transport, meters }] of lines.entries()) {
      if (!first("line", id)) complain(`a second line ${id}`, "lines", at, "id");
      for (const [m, { id: meterId, unit, faults }] of meters.entries()) {
        if (!first("meter", meterId)) complain(`a second meter ${meterId}`, "lines", at, "meters", m, "id");
        if (!first(`unit on ${id}`, unit)) complain(`a second meter at unit ${unit}`, "lines", at, "meters", m, "unit");
        for (const [f, { kind }] of faults.entries())
          if (!faultFits(kind, transport))
            complain(`${kind} cannot happen on ${transport}`, "lines", at, "meters", m, "faults", f, "kind");
      }
    }
    for (const [at, { id }] of loggers.entries())
      if (!first("line", id)) complain(`a second line ${id}`, "loggers", at, "id");
  });
export type Scenario = z.output<typeof scenario>;

/** The scenarios that come with the simulator, by name. */
export const scenarioNames = (): string[] =>
  readdirSync(shippedScenarios())
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length))
    .sort();

/** Reads a scenario: one that comes with the simulator by its name, or a file by its path (with a `/` or `.yaml`). */
export function loadScenario(nameOrPath: string): Scenario {
  const isPath = nameOrPath.includes("/") || nameOrPath.endsWith(".yaml");
  const file = isPath ? nameOrPath : join(shippedScenarios(), `${nameOrPath}.yaml`);
  let written: Buffer;
  try {
    written = readFileSync(file);
  } catch (cause) {
    throw new Fault("E_SIM_SCENARIO", `there is no scenario ${nameOrPath}`, { cause });
  }
  return parseScenario(written, file);
}

/** @throws Fault E_SIM_SCENARIO with every problem and its place */
export function parseScenario(written: string | Buffer, file: string): Scenario {
  const yaml = readYaml(written);
  const refuse = (problems: readonly { line: number; column: number; message: string }[]): never => {
    const places = problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
    throw new Fault("E_SIM_SCENARIO", places.join("; "));
  };
  if (yaml.problems.length > 0) refuse(yaml.problems);
  const read = scenario.safeParse(yaml.value);
  if (read.success) return read.data;
  return refuse(
    read.error.issues.map(({ path, message }) => ({ ...yaml.where(path), message: `${path.join(".")}: ${message}` })),
  );
}

/** The YAML files lie beside the sources and are not copied to where these are compiled: the nearest folder above has them. */
function shippedScenarios(from: string = import.meta.dirname): string {
  const dir = join(from, "simulator", "scenarios");
  if (existsSync(dir)) return dir;
  const above = dirname(from);
  if (above === from) throw new Fault("E_SIM_SCENARIO", "simulator/scenarios was not found beside the program");
  return shippedScenarios(above);
}
