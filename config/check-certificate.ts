import type { Problem, Reporter } from "../drivers/problem.ts";
import type { WantedParam } from "../feed/cert/params.ts";
import { nearest } from "../feed/yaml/nearest.ts";
import type { CertificateFile } from "./certificate-form.ts";
import type { DerivedChannel } from "./derivations.ts";
import { type Sector, type SectorId, sectorById } from "./sectors.ts";

/** What a month's certificate of this site holds. */
export interface CertificateOf {
  readonly sector: SectorId;
  readonly params: readonly WantedParam[];
  /** Codes of the sector's list that this site says nothing of, and that may not be left out. */
  readonly missing: readonly string[];
}

/** The parameters in the order of the file, or what does not fit the sector and the derived channels. */
export function resolveCertificate(
  { sector: id, parameters }: CertificateFile,
  derived: readonly DerivedChannel[],
  report: Reporter,
): { readonly certificate: CertificateOf; readonly problems: readonly Problem[] } {
  const sector = sectorById(id);
  const problems: Problem[] = [];
  const params: WantedParam[] = [];
  const codes = new Set<string>();
  for (const [index, one] of parameters.entries()) {
    const say = (key: string, message: string, instead: string): void =>
      void problems.push(report("E_CONFIG_CERTIFICATE", ["certificate", "parameters", index, key], message, instead));
    const known = sector.parameters.find(({ code }) => code === one.code);
    if (known === undefined) {
      const all = sector.parameters.map(({ code }) => code);
      say("code", `${id} has no parameter ${one.code}`, nearest(one.code, all) ?? all.join(", "));
      continue;
    }
    if (known.each !== undefined && one.of === undefined)
      say("code", `${one.code} is certified for each ${known.each}`, "of: and a name, such as coal");
    if (known.each === undefined && one.of !== undefined) say("of", `there is only one ${one.code}`, "no `of`");
    const code = one.of === undefined ? one.code : `${one.code}.${one.of}`;
    if (codes.has(code)) say("code", `${code} stands there twice`, "each parameter once");
    codes.add(code);
    const unit = unitOf(one, derived, known, say);
    const method = one.channel === undefined ? `entered/1 ${code}` : `month-of/1 ${one.channel}`;
    params.push({ code, name: known.name.en, unit, method });
  }
  return { certificate: { sector: id, params, missing: missingIn(sector, codes) }, problems };
}

function unitOf(
  { channel, unit }: CertificateFile["parameters"][number],
  derived: readonly DerivedChannel[],
  { units, code }: Sector["parameters"][number],
  say: (key: string, message: string, instead: string) => void,
): string {
  const needed = units.join(" or ");
  if (channel === undefined) {
    if (unit === undefined && units.length > 1) say("code", `${code} may be in ${needed}`, "unit: one of them");
    else if (unit !== undefined && !units.includes(unit)) say("unit", `${code} is certified in ${needed}`, needed);
    return unit ?? units[0] ?? "";
  }
  if (unit !== undefined) say("unit", "the unit is that of the channel", "no `unit`");
  const found = derived.find(({ id }) => id === channel);
  if (found === undefined) {
    const ids = derived.map(({ id }) => id);
    say(
      "channel",
      `nothing derives ${channel}`,
      nearest(channel, ids) ?? "one of `derived.channels` or `derived.means`",
    );
  } else if (!units.includes(unitOfMonth(found)))
    say(
      "channel",
      `${channel} is in ${unitOfMonth(found)}, and ${code} is certified in ${needed}`,
      `a channel in ${needed}`,
    );
  return found === undefined ? "" : unitOfMonth(found);
}

/** What flows per hour and is summed is an amount in a month. */
const unitOfMonth = ({ unit, how }: DerivedChannel): string => (how.longer === "sum" ? unit.replace(/\/h$/, "") : unit);

const missingIn = ({ parameters }: Sector, codes: ReadonlySet<string>): string[] =>
  parameters
    .filter(({ optional, code }) => !optional && ![...codes].some((one) => one === code || one.startsWith(`${code}.`)))
    .map(({ code }) => code);
