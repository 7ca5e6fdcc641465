import { spellLine } from "../../config/line-text.ts";
import type { Profile } from "../../drivers/profile.ts";
import type { AskedLine, Surroundings } from "./conversation.ts";
import type { Tell } from "./events.ts";
import { type Outcome, together } from "./findings.ts";
import type { Place } from "./look.ts";
import { anyMeter, probeMeters } from "./meters.ts";
import { probeModbus } from "./modbus.ts";
import { probeModules } from "./modules.ts";

/** What a person wants to know of a line. */
export interface ProbeAsked {
  readonly line: AskedLine;
  /** By unit id or address; none: whoever answers first. */
  readonly devices: readonly { readonly address: string; readonly profile?: Profile }[];
  /** For whoever answers. */
  readonly profile?: Profile;
  readonly place?: Place;
}

/** Units that devices commonly come with; those on a network of their own often take 1, 255 or 0. */
const usualUnits = [1, 2, 3, 4, 5] as const;
const usualNetworkUnits = [1, 255, 0, 2, 3] as const;
const usualModules = [1, 0, 2, 3] as const;

/** Asks a line what is on it, within the rules of the agent's own bus, and tells what it learns. */
export async function probe(asked: ProbeAsked, around: Surroundings, tell: Tell): Promise<Outcome> {
  tell({ is: "line", line: spellLine(asked.line) });
  const outcome = together(await parts(asked, around, echoOnce(tell)));
  if (!around.signal.aborted) tell({ is: "end", outcome });
  return outcome;
}

/** Every question may come back; that a line does so is told once. */
function echoOnce(tell: Tell): Tell {
  let told = false;
  return (event) => {
    const echo = event.is === "finding" && event.code === "echo";
    if (!(echo && told)) tell(event);
    told ||= echo;
  };
}

function parts(asked: ProbeAsked, around: Surroundings, tell: Tell): Promise<readonly Outcome[]> {
  const { line, devices, place } = asked;
  const named = devices.length > 0;
  const profileOf = (one: ProbeAsked["devices"][number]): Profile | undefined => one.profile ?? asked.profile;
  switch (line.transport) {
    case "dlt645":
    case "dlt645-over-tcp": {
      const targets = (named ? devices : [{ address: anyMeter }]).map((one) => {
        const profile = profileOf(one);
        const meter = profile?.protocol === "dlt645-2007" || profile?.protocol === "dlt645-1997";
        return { unit: one.address, ...(meter && { profile }) };
      });
      return probeMeters(line, targets, around, tell);
    }
    case "dcon":
    case "dcon-over-tcp": {
      const all = named ? devices : usualModules.map((unit) => ({ address: String(unit) }));
      const targets = all.map((one) => {
        const profile = profileOf(one);
        return { unit: Number(one.address), ...(profile?.protocol === "dcon" && { profile }) };
      });
      return probeModules(line, targets, named, around, tell);
    }
    default: {
      const usual = line.transport === "tcp" || line.transport === "udp" ? usualNetworkUnits : usualUnits;
      const all = named ? devices : usual.map((unit) => ({ address: String(unit), profile: undefined }));
      const targets = all.map(({ address, profile = asked.profile }) => ({
        unit: Number(address),
        ...(profile?.protocol === "modbus" && { profile }),
      }));
      return probeModbus(line, { targets, named, place }, around, tell);
    }
  }
}
