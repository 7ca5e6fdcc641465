import { secondary } from "./energy.ts";
import { type EyesSettings, openEyes } from "./eyes.ts";
import type { Said, Speaker } from "./spoken.ts";

/** One value under a data identifier: bytes of decimal digits, so many of them behind the point; a sign in the highest bit. */
interface Item {
  readonly point: string;
  readonly di: string;
  readonly bytes: number;
  readonly places: number;
  readonly signed?: boolean;
}

interface Edition {
  readonly items: readonly Item[];
  /** Identifiers that stand for several values in a row. */
  readonly blocks: Readonly<Record<string, readonly string[]>>;
  readonly read: number;
  /** Control code that asks for the address. */
  readonly who?: number;
  /** Bytes of an identifier. */
  readonly diBytes: number;
  /** Error byte for data that are not there. */
  readonly absent: number;
}

const phase = (name: string, dis: readonly string[], rest: Omit<Item, "point" | "di">): Item[] =>
  dis.map((di, index) => ({ point: `${name}${index + 1}`, di, ...rest }));

/** DL/T 645-2007, Annex A, Tables A.1 and A.3. */
const edition2007: Edition = {
  items: [
    { point: "import", di: "00010000", bytes: 4, places: 2 },
    { point: "export", di: "00020000", bytes: 4, places: 2 },
    ...phase("u", ["02010100", "02010200", "02010300"], { bytes: 2, places: 1 }),
    ...phase("i", ["02020100", "02020200", "02020300"], { bytes: 3, places: 3, signed: true }),
    { point: "power", di: "02030000", bytes: 3, places: 4, signed: true },
    ...phase("p", ["02030100", "02030200", "02030300"], { bytes: 3, places: 4, signed: true }),
    { point: "reactive", di: "02040000", bytes: 3, places: 4, signed: true },
    { point: "apparent", di: "02050000", bytes: 3, places: 4, signed: true },
    { point: "factor", di: "02060000", bytes: 2, places: 3, signed: true },
    { point: "frequency", di: "02800002", bytes: 2, places: 2 },
  ],
  blocks: {
    "0201ff00": ["u1", "u2", "u3"],
    "0202ff00": ["i1", "i2", "i3"],
    "0203ff00": ["power", "p1", "p2", "p3"],
  },
  read: 0x11,
  who: 0x13,
  diBytes: 4,
  absent: 0x02,
};

/** DL/T 645-1997, Annex A. */
const edition1997: Edition = {
  items: [
    { point: "import", di: "9010", bytes: 4, places: 2 },
    { point: "export", di: "9020", bytes: 4, places: 2 },
    ...phase("u", ["b611", "b612", "b613"], { bytes: 2, places: 0 }),
    ...phase("i", ["b621", "b622", "b623"], { bytes: 2, places: 2 }),
    { point: "power", di: "b630", bytes: 3, places: 4 },
    ...phase("p", ["b631", "b632", "b633"], { bytes: 3, places: 4 }),
    { point: "reactive", di: "b640", bytes: 2, places: 2 },
    { point: "factor", di: "b650", bytes: 2, places: 3 },
  ],
  blocks: { b61f: ["u1", "u2", "u3"], b62f: ["i1", "i2", "i3"] },
  read: 0x01,
  diBytes: 2,
  absent: 0x02,
};

const editions = { "dlt645-2007": edition2007, "dlt645-1997": edition1997 } as const;
export type EnergyMeterName = keyof typeof editions;
export const energyMeterNames = Object.keys(editions) as [EnergyMeterName, ...EnergyMeterName[]];
export const energyMeters: Readonly<Record<EnergyMeterName, { readonly profile: string; readonly about: string }>> = {
  "dlt645-2007": {
    profile: "generic/dlt645-2007",
    about: "DL/T 645-2007 energy meter, secondary values: energy, voltages, currents, powers, frequency",
  },
  "dlt645-1997": {
    profile: "generic/dlt645-1997",
    about: "DL/T 645-1997 energy meter, secondary values: energy, voltages, currents, powers",
  },
};

export interface EnergyMeterSettings extends EyesSettings {
  readonly model: EnergyMeterName;
  /** Twelve digits. */
  readonly unit: string;
}

/**
 * A meter that is read by its control code and identifier, and refuses every other command of its edition. In "malfunction" the
 * third phase is not there: all its digits are F.
 */
export function createEnergyMeter(settings: EnergyMeterSettings): Speaker {
  const eyes = openEyes(settings);
  const edition: Edition = editions[settings.model];
  return {
    setCondition: eyes.setCondition,
    set: eyes.set,
    ask: (request) => {
      const [code = 0] = request;
      const data = request.subarray(1);
      const broadcast = 0x08;
      if (code === edition.who && data.length === 0) return address(code, settings.unit);
      const ours = edition.diBytes === 4 ? code >= 0x11 : code < 0x10;
      if (!ours || code === broadcast) return undefined;
      const di = Buffer.from(data.subarray(0, edition.diBytes)).reverse().toString("hex");
      if (code !== edition.read) return refuse(code, 0x04, di);
      const items = itemsOf(edition, di);
      if (items === undefined || data.length !== edition.diBytes) return refuse(code, edition.absent, di);
      const scene = eyes.see();
      const values = secondary(scene);
      const spelt = items.map((item) => {
        const absent = scene.condition === "malfunction" && item.point.endsWith("3");
        return { item, count: absent ? undefined : Math.round((values[item.point] ?? 0) * 10 ** item.places) };
      });
      const bytes = Buffer.concat(spelt.map(({ item, count }) => spell(item, count)));
      const points = Object.fromEntries(
        spelt.flatMap(({ item, count }) => (count === undefined ? [] : [[item.point, String(count)]])),
      );
      const shown = {
        fc: code,
        start: Number.parseInt(di, 16),
        count: bytes.length,
        values: bytes.toString("hex"),
        points,
      };
      return { pdu: Buffer.concat([Buffer.from([code + 0x80]), data, bytes]), shown };
    },
  };
}

function itemsOf({ items, blocks }: Edition, di: string): readonly Item[] | undefined {
  const names = blocks[di];
  if (names !== undefined) return items.filter(({ point }) => names.includes(point));
  const item = items.find((one) => one.di === di);
  return item === undefined ? undefined : [item];
}

/** Digits two in a byte, the lowest byte first. */
function spell({ bytes, signed }: Item, count: number | undefined): Buffer {
  if (count === undefined) return Buffer.alloc(bytes, 0xff);
  const digits = String(Math.abs(count))
    .padStart(2 * bytes, "0")
    .slice(-2 * bytes);
  const sent = Buffer.from(digits, "hex").reverse();
  if (signed && count < 0) sent[bytes - 1] = (sent[bytes - 1] ?? 0) | 0x80;
  return sent;
}

const address = (code: number, unit: string): Said => {
  const sent = Buffer.from(unit, "hex").reverse();
  const shown = { fc: code, start: 0, count: 6, values: sent.toString("hex"), points: {} };
  return { pdu: Buffer.from([code + 0x80, ...sent]), shown };
};

const refuse = (code: number, exception: number, di: string): Said => ({
  pdu: Buffer.from([code + 0xc0, exception]),
  shown: { fc: code, start: Number.parseInt(di || "0", 16), count: 0, values: "", points: {}, exception },
});
