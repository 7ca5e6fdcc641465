import { z } from "zod";
import { pointId, profileOf } from "./profile-form.ts";

/** What a device model is: data, read from `profiles/<maker>/<model>.yaml`. The schema is closed; there is no code in it. */

/** Registers one value occupies, by type; `string` says its own length and bits are counted in bits. */
export const widths = {
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  int64: 4,
  uint64: 4,
  float32: 2,
  float64: 4,
  bcd16: 1,
  bcd32: 2,
  bitfield16: 1,
  bit: 1,
  string: 1,
} as const;
export type PointType = keyof typeof widths;
export const tables = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;
export type Table = keyof typeof tables;
export const wordOrders = ["ABCD", "CDAB", "BADC", "DCBA"] as const;
export type WordOrder = (typeof wordOrders)[number];

const pointTypes = Object.keys(widths) as [PointType, ...PointType[]];
const statusTypes = ["bit", "uint16", "bitfield16"] as const;
/** What a device says of itself: an object of function 43/14 by its number, or the text from a byte of its server id (17) on. */
export interface IdentityPlace {
  readonly identity: "object" | "server-id";
  readonly number: number;
}
/** Names of places that no request of a maker's own may have. */
export const identityPlaces = ["object", "server-id"] as const;
/** A register or bit by its table and 0-based address, a byte in the reply to one of the profile's own `requests`, or identity. */
type ModbusPlace =
  | { readonly table: Table; readonly address: number }
  | { readonly request: string; readonly offset: number }
  | IdentityPlace;
const atText = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}:(0|[1-9]\d{0,5})$/)
  .meta({ title: "table (coil, discrete, holding, input) and address, such as input:1000" })
  .transform((text): ModbusPlace => {
    const [name = "", number] = text.split(":");
    if (Object.hasOwn(tables, name)) return { table: name as Table, address: Number(number) };
    const identity = identityPlaces.find((place) => place === name);
    if (identity !== undefined) return { identity, number: Number(number) };
    return { request: name, offset: Number(number) };
  })
  .refine((at) => !("address" in at) || at.address <= 65535, {
    error: "the address is above 65535",
    params: { code: "E_CONFIG_REGISTER", instead: "an address from 0 to 65535, counted from 0 as on the wire" },
  })
  .meta({
    description:
      "Table and 0-based address as on the wire; or one of `requests`, and the byte after the function code where it begins; or, for a setting, object:N (function 43/14) or server-id:N (the text from byte N on, function 17).",
  });
const ownRequest = z.strictObject({
  id: pointId,
  function: z
    .int()
    .min(65)
    .max(110)
    .meta({ description: "A function code left to makers: 65 to 72 or 100 to 110. It must be one that reads." }),
  data: z
    .string()
    .regex(/^([0-9A-F]{2}){0,16}$/)
    .meta({ title: "pairs of hexadecimal digits", description: "What follows the function code.", examples: ["009D"] }),
  reply: z.int().min(1).max(252).meta({ description: "Bytes of a good reply between function code and checksum." }),
  source: z.string().min(1).max(200).meta({ description: "Where this is written." }),
});

const length = (what: string, most: number) =>
  z
    .int()
    .min(1)
    .max(most)
    .exactOptional()
    .meta({ description: `${what}.` });

const modbus = profileOf(
  z.literal("modbus").meta({ description: "Modbus, however it is framed." }),
  {
    at: atText,
    type: z.enum(pointTypes).meta({ description: "How the registers are read." }),
    length: length("Registers of a string", 125),
    order: z
      .enum(wordOrders)
      .default("ABCD")
      .meta({ description: "Byte order of a value of several bytes; ABCD is big-endian." }),
  },
  { at: atText, type: z.enum(statusTypes).meta({ description: "How the status is read." }) },
  {
    limits: z
      .strictObject({
        maxRegisters: z.int().min(1).max(125).default(125).meta({ description: "Registers one request may ask for." }),
        maxBits: z.int().min(1).max(2000).default(2000).meta({ description: "Bits one request may ask for." }),
        maxGap: z
          .int()
          .min(0)
          .max(124)
          .default(0)
          .meta({ description: "Unused registers or bits a request may read over." }),
      })
      .prefault({})
      .meta({ description: "What one request may ask for." }),
    requests: z.array(ownRequest).default([]).meta({ description: "Reads by functions of the maker's own." }),
  },
);

const identifier = z
  .string()
  .regex(/^([0-9A-F]{4}|[0-9A-F]{8})(\+(0|[1-9]\d{0,2}))?$/)
  .meta({
    title: "a data identifier, such as 02010100 or 0201FF00+2",
    description: "Data identifier (8 digits in 2007, 4 in 1997), and the byte of its data where the value begins.",
  })
  .transform((text) => {
    const [di = "", offset = "0"] = text.split("+");
    return { di, offset: Number(offset) };
  });
const dlt645 = profileOf(
  z.enum(["dlt645-2007", "dlt645-1997"]).meta({ description: "DL/T 645, the protocol of energy meters." }),
  {
    at: identifier,
    type: z.enum(["bcd", "sbcd", "uint", "digits", "text"]).meta({
      description: "Decimal digits, the same with the sign in the highest bit, binary, digits kept as text, or text.",
    }),
    length: z.int().min(1).max(32).meta({ description: "Bytes." }),
  },
  {
    at: identifier,
    type: z.enum(["bitfield16", "bitfield8"]).meta({ description: "A status word of two bytes, or one." }),
  },
  {},
);

const modulePlace = z
  .string()
  .regex(/^((all|channel):(\d|1[0-5])|name|configuration|firmware)$/)
  .meta({
    title: "such as all:0, channel:0, name, configuration or firmware",
    description:
      "A channel in the answer for all of them or asked by itself, counted from 0, or what the module says of itself.",
  })
  .transform((text) => {
    const [from, channel] = text.split(":") as [string, string | undefined];
    return channel === undefined
      ? { from: from as "name" | "configuration" | "firmware" }
      : { from: from as "all" | "channel", channel: Number(channel) };
  });
const moduleType = z
  .enum(["decimal", "text"])
  .meta({ description: "A number as the module is set to write it, or text." });
const dcon = profileOf(
  z.literal("dcon").meta({ description: "DCON, the ASCII protocol of analog modules." }),
  { at: modulePlace, type: moduleType },
  { at: modulePlace, type: moduleType },
  {
    form: z
      .enum(["decimal", "hex"])
      .default("decimal")
      .meta({ description: "How the module is set to write values: decimals, or two's complement." }),
    channels: z.int().min(1).max(16).default(8).meta({ description: "Values the module gives for all channels." }),
  },
);

const field = z
  .string()
  .regex(/^\d{4}:([A-Za-z0-9]{1,12}\/)?[A-Za-z0-9]{1,12}-[A-Za-z]{1,10}$/)
  .meta({
    title: "command and field, such as 2011:a21026-Rtd",
    description: "Command code (CN) of the message and field of its CP.",
  });
const hj212 = profileOf(
  z.literal("hj212").meta({ description: "HJ 212, pushed by a data logger." }),
  { at: field, type: z.enum(["decimal", "text"]).meta({ description: "A number, or text." }) },
  { at: field, type: z.literal("decimal").meta({ description: "A number." }) },
  {},
);

export const profileFile = z
  .discriminatedUnion("protocol", [modbus, dlt645, dcon, hj212])
  .meta({ description: "What one device model says, and where." });

export type ProfileFile = z.output<typeof profileFile>;
type Named<T> = { readonly id: string } & T;
export type ModbusProfile = Named<z.output<typeof modbus>>;
export type Dlt645Profile = Named<z.output<typeof dlt645>>;
export type DconProfile = Named<z.output<typeof dcon>>;
export type Hj212Profile = Named<z.output<typeof hj212>>;
export type Profile = ModbusProfile | Dlt645Profile | DconProfile | Hj212Profile;
export type Protocol = Profile["protocol"];

export type ModbusPoint = ModbusProfile["points"][number];
export type ModbusStatus = ModbusProfile["status"][number];
/** A register that holds a setting of the device: read on a slower grid, and told of when it changes. */
export type ModbusSetting = ModbusProfile["settings"][number];
/** A point that lies in a register or bit. */
export type InRegister<P> = P & { readonly at: { readonly table: Table; readonly address: number } };
export const isInRegister = <P extends { readonly at: ModbusPlace }>(point: P): point is InRegister<P> =>
  "table" in point.at;

export const isIdentity = <P extends { readonly at: ModbusPlace }>(
  point: P,
): point is P & { readonly at: IdentityPlace } => "identity" in point.at;

/** What judging needs of a value: the same on every protocol. */
export type Point = Omit<ModbusPoint, "at" | "type" | "length" | "order"> & { readonly type: string };
export type StatusPoint = Omit<ModbusStatus, "at" | "type"> & { readonly type: string };
export type Setting = Omit<ModbusSetting, "at" | "type" | "length" | "order"> & { readonly type: string };

/** Registers (or bits, in the bit tables) a point occupies. */
export const widthOf = (point: { readonly type: PointType; readonly length?: number }): number =>
  point.length ?? widths[point.type];

/** A point whose raw range stands for an engineering range; its `scale` is the line: "raw0:raw1:engineering0:engineering1". */
export const withMap = <P extends Pick<Point, "map" | "scale">>(point: P, map: NonNullable<Point["map"]>): P => ({
  ...point,
  map,
  scale: [...map.raw, ...map.to].join(":"),
});

/** The same profile with each of its values changed by `change`, which must leave it what it is. */
export const withPoints = (profile: Profile, change: <P extends Point>(point: P) => P): Profile =>
  ({ ...profile, points: (profile.points as readonly Point[]).map((point) => change(point)) }) as Profile;
