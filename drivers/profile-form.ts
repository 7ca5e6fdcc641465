import { z } from "zod";
import { flags } from "../feed/format/vocabulary.ts";

/** The form of a device model, whatever its protocol. */

const sourceText = z.string().min(1).max(200).meta({
  description:
    "Where this is written: manual and page. What only a driver's code shows begins with `driver code only:`.",
});
export const decimal = z
  .string()
  .regex(/^-?(0|[1-9]\d*)(\.\d+)?$/)
  .meta({ description: "A decimal number in quotes.", examples: ["0.1"] });
export const span = z.tuple([decimal, decimal]).readonly();

/** Ids of points and devices: they become parts of channel names. */
export const pointId = z
  .string()
  .regex(/^[a-z0-9-]{1,20}$/)
  .meta({ title: "letters a-z, digits and -, at most 20", description: "Short name.", examples: ["so2"] });

/** What a value has on every protocol. */
const valueShape = {
  id: pointId,
  quantity: z
    .string()
    .min(1)
    .max(40)
    .meta({ description: "What is measured.", examples: ["SO2"] }),
  code: z
    .string()
    .regex(/^[a-z]\d{5}$/)
    .exactOptional()
    .meta({ description: "Factor code of HJ 212-2017, Table B.2.", examples: ["a21026"] }),
  unit: z
    .string()
    .max(12)
    .meta({ description: "Unit of the scaled value.", examples: ["mg/m3"] }),
  basis: z.enum(["wet", "dry", "actual", "standard"]).exactOptional().meta({ description: "Gas state." }),
  scale: decimal.default("1").meta({ description: "Factor from the raw number to the unit.", examples: ["0.001"] }),
  map: z
    .strictObject({
      raw: span.meta({ description: "Two raw numbers.", examples: [["6400", "32000"]] }),
      to: span.meta({ description: "What they stand for, in the unit.", examples: [["4", "20"]] }),
    })
    .exactOptional()
    .meta({ description: "Raw range and the engineering range it stands for, instead of `scale`." }),
  engineering: z
    .literal("site")
    .exactOptional()
    .meta({ description: "The site says what the raw range stands for; for input modules, never for instruments." }),
  places: z.int().min(0).max(12).meta({ description: "Decimal places of the value." }),
  range: span.exactOptional().meta({ description: "Plausible values; outside is flag T." }),
  rawRange: span
    .exactOptional()
    .meta({ description: "Raw numbers outside are missing, for example a dead 4-20 mA loop." }),
  sentinels: z.array(z.string().min(1)).default([]).meta({ description: "Raw values that mean there is none." }),
  source: sourceText,
};

/** What is set in a device and changes what its values mean: the form of a value without what only a measurement has. */
const {
  code: _code,
  basis: _basis,
  map: _map,
  engineering: _site,
  range: _range,
  rawRange: _raw,
  ...settingShape
} = valueShape;

const statusShape = {
  id: pointId,
  flags: z
    .array(
      z.strictObject({
        when: z
          .string()
          .regex(/^(\d{1,5}(-\d{1,5})?|(not )?(bit:(\d|1[0-5])|mask:0x[0-9a-fA-F]{4}))$/)
          .meta({
            description:
              'A value, values from-to such as "7-65535", "bit:5" (0 = lowest), or "mask:0x0600" for any of its bits; "not bit:5" or "not mask:0x0600" where none of them is set.',
            examples: ["1"],
          }),
        flag: z
          .enum(Object.keys(flags) as [keyof typeof flags])
          .meta({ description: "Data flag of HJ 212-2017, Table 8." }),
        reason: z
          .string()
          .regex(/^[a-z][a-z0-9.-]{0,39}$/)
          .meta({ description: "Why, in the entry.", examples: ["status.maintenance"] }),
        missing: z.boolean().exactOptional().meta({ description: "True if the value means nothing then." }),
      }),
    )
    .meta({ description: "What each state does to the values; empty if it is only kept as evidence." }),
  points: z.array(pointId).exactOptional().meta({ description: "The values it concerns; all, if left out." }),
  source: sourceText,
};

/** What every profile has, and where on its protocol a value and a status lie. */
export const profileOf = <
  T extends z.ZodType,
  P extends z.ZodRawShape,
  S extends z.ZodRawShape,
  M extends z.ZodRawShape,
>(
  protocol: T,
  place: P,
  statusPlace: S,
  more: M,
) =>
  z.strictObject({
    name: z.string().min(1).max(80).meta({ description: "What the device is." }),
    maker: z.string().min(1).max(40).meta({ description: "Who makes it." }),
    model: z.string().min(1).max(40).meta({ description: "Its model." }),
    firmware: z.string().min(1).max(40).exactOptional().meta({ description: "Firmware the register map belongs to." }),
    source: z.string().min(1).max(300).meta({ description: "The document the map was taken from." }),
    protocol,
    ...more,
    deviceMs: z
      .int()
      .min(1)
      .max(60_000)
      .default(500)
      .meta({ description: "How long it may take to begin its answer, ms." }),
    points: z
      .array(z.strictObject({ ...valueShape, ...place }))
      .min(1)
      .meta({ description: "The values." }),
    status: z
      .array(z.strictObject({ ...statusShape, ...statusPlace }))
      .default([])
      .meta({ description: "States read with the values." }),
    settings: z
      .array(z.strictObject({ ...settingShape, ...place }))
      .default([])
      .meta({
        description:
          "What is set in the device and changes what its values mean: slope, intercept, range, ratios, firmware.",
      }),
  });
