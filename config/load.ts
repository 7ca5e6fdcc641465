import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Catalogue } from "../drivers/catalogue.ts";
import { loadCatalogue } from "../drivers/catalogue.ts";
import type { Problem, ProblemCode, Reporter } from "../drivers/problem.ts";
import type { Profile } from "../drivers/profile.ts";
import { readsOf } from "../drivers/protocol.ts";
import type { Result } from "../feed/format/faults.ts";
import { good } from "../feed/format/faults.ts";
import { type Millis, millis } from "../feed/format/vocabulary.ts";
import { reporter, syntaxProblems, unreadFile } from "../feed/yaml/problem.ts";
import { readYaml } from "../feed/yaml/read.ts";
import { inOrder } from "../feed/yaml/render.ts";
import { schemaProblems } from "../feed/yaml/schema-problems.ts";
import { hasLogin } from "../feed/yaml/secrets.ts";
import { channelName, channels } from "./channels.ts";
import { resolveCalibration } from "./check-calibration.ts";
import { resolveCertificate } from "./check-certificate.ts";
import { checkDevices } from "./check-devices.ts";
import { checkFiles } from "./check-files.ts";
import { checkLines } from "./check-lines.ts";
import { type DerivedChannel, type MeasuredChannels, resolveDerived } from "./derivations.ts";
import { group, list, text } from "./loose.ts";
import type { Device, Site } from "./site.ts";
import { resolveSite } from "./site.ts";
import { siteFile } from "./site-file.ts";

export interface LoadOptions {
  readonly files?: boolean;
}

/**
 * Reads a site file and checks it against the schema, itself and the profiles it names. Returns either a site that can be
 * run or every problem there is, one message each; it never throws for what a person wrote. With `files`, what it names
 * beside profiles (policy, certificates, passwords) is looked at too: who starts needs it, who only asks a meter does not.
 */
export function loadSite(
  file: string,
  catalogue: Catalogue,
  { files = false }: LoadOptions = {},
): Result<Site, readonly Problem[]> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return failed([unreadFile(file, error, "the path of the site file")]);
  }
  const yaml = readYaml(bytes);
  const report = reporter<ProblemCode>(file, yaml);
  const syntax = syntaxProblems(file, yaml);
  if (yaml.value === undefined) return failed(syntax);
  const parsed = siteFile.safeParse(yaml.value);
  const raw = group(yaml.value);
  const own = ownProfiles(file, text(raw.profiles), catalogue, report);
  const profiles = new Map([...catalogue.profiles, ...own.profiles]);
  const lines = list(raw.lines).map(group);
  const problems = [
    ...syntax,
    ...(parsed.success ? [] : schemaProblems(parsed.error.issues, siteFile, yaml.value, report)),
    ...checkLines(lines, report),
    ...checkDevices(
      list(raw.devices).map(group),
      lines,
      { profiles, broken: [...catalogue.broken, ...own.broken] },
      report,
    ),
    ...checkTls(group(raw.feed), report),
    ...(files ? checkFiles(file, yaml.value, report) : []),
    ...catalogue.problems,
    ...own.problems,
  ];
  if (!parsed.success || problems.length > 0) return failed(problems);
  const site = resolveSite(file, createHash("sha256").update(bytes).digest("base64"), parsed.data, profiles);
  const oversized = site.devices.flatMap((device, index) => checkSize(device, index, report));
  if (oversized.length > 0) return failed(oversized);
  const certified = (channels: readonly DerivedChannel[]) =>
    parsed.data.certificate && resolveCertificate(parsed.data.certificate, channels, report);
  if (parsed.data.derived === undefined) {
    const { certificate, problems: unfit = [] } = certified([]) ?? {};
    return unfit.length > 0 ? failed(unfit) : good({ ...site, ...(certificate && { certificate }) });
  }
  const derived = resolveDerived(parsed.data.derived, measuredOn(site), report, settingsOn(site));
  if (!derived.ok) return failed(derived.problem);
  const { watched, problems: unfit } = resolveCalibration(parsed.data.derived, measuredOn(site), report);
  const { certificate, problems: uncertified = [] } = certified(derived.value) ?? {};
  if (unfit.length + uncertified.length > 0) return failed([...unfit, ...uncertified]);
  return good({
    ...site,
    ...(certificate && { certificate }),
    derived: {
      offset: offsetOf(parsed.data.derived.utcOffset),
      channels: derived.value,
      checks: watched,
      units: new Map([...measuredOn(site)].map(([id, { unit }]) => [id, unit])),
      substitutes: new Map(Object.entries(parsed.data.derived.substitutes)),
    },
  });
}

const measuredOn = ({ devices }: Site): MeasuredChannels =>
  new Map(
    devices.flatMap(({ id, every, profile }) =>
      profile.points.map(
        ({ id: point, unit, places }) =>
          [
            channelName(id, point),
            { unit, places, every, checks: checksOf(profile), pushed: profile.protocol === "hj212" },
          ] as const,
      ),
    ),
  );

const checksOf = ({ status }: Profile): readonly string[] =>
  status.flatMap(({ flags }) =>
    flags.flatMap(({ flag, reason }) => (flag === "C" && reason !== undefined ? [reason] : [])),
  );

const settingsOn = ({ devices }: Site): ReadonlySet<string> =>
  new Set(devices.flatMap(({ id, profile }) => profile.settings.map(({ id: setting }) => channelName(id, setting))));

/** "+08:00" as the time that a place is ahead of UTC. */
function offsetOf(text: string): Millis {
  const [hours = 0, minutes = 0] = text.slice(1).split(":").map(Number);
  return millis((text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000);
}

const failed = (problems: readonly Problem[]): Result<never, readonly Problem[]> => ({
  ok: false,
  problem: inOrder(problems),
});

function ownProfiles(file: string, folder: string | undefined, shipped: Catalogue, report: Reporter): Catalogue {
  const none = { profiles: new Map<string, Profile>(), problems: [], broken: [] };
  if (folder === undefined) return none;
  const dir = resolve(dirname(file), folder);
  if (!existsSync(dir)) {
    const problem = report("E_CONFIG_READ", ["profiles"], `there is no folder ${dir}`, "a folder of device profiles");
    return { ...none, problems: [problem] };
  }
  const own = loadCatalogue(dir);
  const replaced = [...own.profiles.keys()]
    .filter((id) => shipped.profiles.has(id))
    .map((id) => report("E_CONFIG_DUPLICATE", ["profiles"], `${id} is a shipped profile`, "another name for your own"));
  return { ...own, problems: [...own.problems, ...replaced] };
}

function checkTls({ broker, tls }: { broker?: unknown; tls?: unknown }, report: Reporter): Problem[] {
  const url = text(broker);
  if (url !== undefined && hasLogin(url)) return []; // what its form says of it is enough, and does not repeat it
  if (url?.startsWith("mqtts:") && tls === undefined)
    return [report("E_CONFIG_MISSING", ["feed", "broker"], "mqtts without `tls`", "tls: { ca: FILE }")];
  if (url?.startsWith("mqtt:") && tls !== undefined)
    return [report("E_CONFIG_VALUE", ["feed", "broker"], "`tls` without mqtts", url.replace("mqtt:", "mqtts:"))];
  return [];
}

/** An entry is at most this long; the map of a device and the requests of its poll are one entry. */
const entryBytes = 16_384;
const otherMembers = 1024;

function checkSize(device: Device, index: number, report: Reporter): Problem[] {
  const { points } = device.profile;
  const reads = readsOf(device.address, device.profile);
  const bytes = Buffer.byteLength(JSON.stringify([channels(device), reads])) + otherMembers;
  if (bytes <= entryBytes) return [];
  const message = `the ${points.length} points of ${device.id} do not fit into one entry of the journal`;
  return [
    report(
      "E_CONFIG_SIZE",
      ["devices", index],
      message,
      `fewer \`points\`, about ${Math.floor((points.length * entryBytes) / bytes)}`,
    ),
  ];
}
