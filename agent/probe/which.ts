import { parseLine, spellLine } from "../../config/line-text.ts";
import type { Site } from "../../config/site.ts";
import type { Profile } from "../../drivers/profile.ts";
import { type AddressKey, spokenOn } from "../../drivers/protocol.ts";
import { Fault } from "../../feed/format/faults.ts";
import { nearest } from "../../feed/yaml/nearest.ts";
import type { AskedLine } from "./conversation.ts";
import type { Place } from "./look.ts";

/** The line that is meant: of a site by its id, or spelt. Faults E_PROBE_ARGUMENT, and E_PROBE_PUSHED for a logger's. */
export function lineMeant(text: string, site: Pick<Site, "lines" | "file"> | undefined): AskedLine {
  const line = site === undefined ? spelt(text) : ofSite(text, site);
  if (line.transport === "hj212" || line.transport === "hj212-dial" || line.transport === "hj212-listen")
    throw new Fault("E_PROBE_PUSHED", `${text} is a line of HJ 212`);
  return line;
}

function spelt(text: string) {
  const line = parseLine(text);
  if (line.ok) return line.value;
  throw new Fault("E_PROBE_ARGUMENT", line.problem);
}

function ofSite(text: string, { lines, file }: Pick<Site, "lines" | "file">) {
  const line = lines.find(({ id }) => id === text);
  if (line !== undefined) return line;
  const ids = lines.map((one) => `${one.id} (${spellLine(one)})`).join(", ");
  throw new Fault("E_PROBE_ARGUMENT", `${file} has no line ${text}; it has ${ids}`);
}

/** The address that is meant, as the protocol of the line counts. */
export function unitMeant(text: string, line: AskedLine): string {
  const { addressed, name } = spokenOn[line.transport];
  const [right, form] = forms[addressed];
  const most = name === "DCON" || "port" in line ? 255 : 247;
  if (right.test(text) && (addressed !== "unit" || Number(text) <= most)) return text;
  throw new Fault("E_PROBE_ARGUMENT", `--unit ${text} is no ${name} address; write ${form}`);
}

const forms: Readonly<Record<AddressKey, readonly [RegExp, string]>> = {
  unit: [/^\d{1,3}$/, "a number such as 1"],
  address: [/^(?!9{12})(AA){0,6}(\d\d){0,6}$(?<=^.{12})/, "12 digits, or AAAAAAAAAAAA for whoever is there"],
  mn: [/^$/, "nothing"],
};

/** The profile that is meant; it must be one for the protocol of the line. */
export function profileMeant(id: string, line: AskedLine, profiles: ReadonlyMap<string, Profile>): Profile {
  const profile = profiles.get(id);
  if (profile === undefined) {
    const meant = nearest(id, [...profiles.keys()]);
    const instead = meant === undefined ? "they are the files below drivers/profiles" : `write ${meant}`;
    throw new Fault("E_PROBE_ARGUMENT", `there is no profile ${id}; ${instead}`);
  }
  const { protocols, name } = spokenOn[line.transport];
  if (protocols.includes(profile.protocol)) return profile;
  throw new Fault("E_PROBE_ARGUMENT", `${id} speaks ${profile.protocol}, and the line ${name}`);
}

/** "holding:100" or "input:1000". */
export function placeMeant(text: string): Place {
  const [, table, digits] = /^(holding|input):(\d{1,5})$/.exec(text) ?? [];
  const start = Number(digits);
  if (table !== undefined && start <= 65_535) return { functionCode: table === "holding" ? 3 : 4, start };
  throw new Fault("E_PROBE_ARGUMENT", `--at ${text}: write holding:100 or input:1000, counted from 0`);
}

/** "1-40", "3", "1-10,20,30-35", in order and each once. */
export function unitsMeant(text: string, least: number, most: number): readonly number[] {
  const units = new Set<number>();
  for (const part of text.split(",")) {
    const [, from, to = from] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? [];
    if (from === undefined || Number(from) < least || Number(to) > most || Number(to) < Number(from))
      throw new Fault("E_PROBE_ARGUMENT", `--units ${text}: write ${least}-${most}, or 1-10,20 and the like`);
    for (let unit = Number(from); unit <= Number(to); unit++) units.add(unit);
  }
  return [...units].sort((a, b) => a - b);
}
