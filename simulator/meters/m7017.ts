import { type EyesSettings, openEyes } from "./eyes.ts";
import { eightLoops } from "./loops.ts";
import type { Said, Speaker } from "./spoken.ts";

export const m7017 = {
  profile: "icpdas/i-7017",
  about:
    "Input module of the 7017 family in DCON, eight 4-20 mA loops: temperature, pressure, velocity, moisture, O2, coal",
} as const;

/** Type 0D: -20 to +20 mA; 06: 9600 baud; engineering units, with bit 6 for the checksum (ICP DAS I-7017 manual, 1.10). */
const configuration = (checksum: boolean): string => `0D06${checksum ? "40" : "00"}`;

/**
 * An input module that spells milliamperes with a sign, two digits, a point and three digits. It knows `#AA`, `#AAN`, `$AAM`,
 * `$AA2` and `$AAF`; of other commands it says that they are invalid, and it is silent where `#` asks for a channel it has not got.
 */
export function createModule(settings: EyesSettings & { readonly checksum: boolean }): Speaker {
  const eyes = openEyes(settings);
  const said = (command: string, text: string, values: Readonly<Record<string, string>>, start = 0): Said => ({
    pdu: Buffer.from(text, "latin1"),
    shown: {
      fc: command.charCodeAt(0),
      start,
      count: Object.keys(values).length,
      values: Buffer.from(text.slice(1), "latin1").toString("hex"),
      points: values,
    },
  });
  const texts: Readonly<Record<string, string>> = {
    $M: "!7017",
    $2: `!${configuration(settings.checksum)}`,
    $F: "!B2.8",
  };
  return {
    setCondition: eyes.setCondition,
    set: eyes.set,
    ask: (request) => {
      const command = request.toString("latin1");
      const text = texts[command];
      if (text !== undefined) return said(command, text, {});
      if (!command.startsWith("#")) return said(command, "?", {});
      const spelt = eightLoops(eyes.see()).map(spell);
      if (command === "#") {
        const values = spelt.map((value, index) => [`ai${index + 1}`, numberOf(value)]);
        return said(command, `>${spelt.join("")}`, Object.fromEntries(values));
      }
      const channel = Number(command.slice(1));
      const one = /^#\d$/.test(command) ? spelt[channel] : undefined;
      return one === undefined ? undefined : said(command, `>${one}`, { [`ai${channel + 1}`]: numberOf(one) }, channel);
    },
  };
}

const spell = (milliamperes: number): string => {
  const digits = Math.abs(milliamperes).toFixed(3).padStart(6, "0");
  return `${milliamperes < 0 ? "-" : "+"}${digits}`;
};
const numberOf = (spelt: string): string => String(Number(spelt) + 0);
