import { z } from "zod";
import { decimal } from "../drivers/profile-form.ts";
import { periods } from "../feed/derive/average/calendar.ts";
import { type Parameter, part75Rules } from "../feed/derive/substitute/part75-rules.ts";
import { duration } from "./forms.ts";

/** The part of a site file that says which values are made of the readings. */

const channel = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,32}$/)
  .meta({ title: "letters, digits and . _ -, at most 32" });
const channelOf = (description: string) => channel.meta({ description, examples: ["cems.so2"] });
const period = z.enum(periods);

const basis = z.strictObject({
  moisture: z.enum(["wet", "dry"]).exactOptional().meta({ description: "With or without the water of the gas." }),
  conditions: z
    .enum(["actual", "standard"])
    .exactOptional()
    .meta({ description: "As in the stack, or at standard temperature and pressure." }),
  oxygen: z
    .enum(["measured", "reference"])
    .exactOptional()
    .meta({ description: "As measured, or converted to the reference oxygen." }),
});

const input = z.union([
  channel,
  z.strictObject({
    value: decimal.meta({ description: "A number that stays the same, as a decimal text.", examples: ["28.26"] }),
    unit: z
      .string()
      .min(1)
      .max(20)
      .meta({ description: "Its unit.", examples: ["m2"] }),
  }),
]);

const derivedChannel = z.strictObject({
  id: channel.meta({ description: "Its name, unlike that of any measured channel.", examples: ["so2.dry"] }),
  formula: z.string().meta({
    description: "Which formula makes it, or `consumption`: what a totaliser counted.",
    examples: ["concentration-wet-to-dry"],
  }),
  inputs: z.record(z.string(), input).meta({
    description:
      "Of each input of the formula: a channel, or a number with its unit. A consumption has `counter`, the channel that counts; `most` in an hour; and, where it is so, `modulus` (the number after its last), `step`, `fresh_s` and `meter` (the channel of its serial number).",
  }),
  at: period.default("minute").meta({ description: "The formula is applied to means over this period." }),
  longer: z
    .enum(["mean", "sum"])
    .default("mean")
    .meta({ description: "What longer periods hold; hours of a flow per hour are summed to an amount." }),
  weight: channel
    .meta({
      description: "Longer means are weighted with this channel, most often a flow.",
      examples: ["flow.standard"],
    })
    .exactOptional(),
  places: z.int().min(0).max(12).default(4).meta({ description: "Decimal places of its values." }),
  constants: z
    .string()
    .exactOptional()
    .meta({ description: "Its own set of constants.", examples: ["exact"] }),
  regime: z
    .string()
    .exactOptional()
    .meta({ description: "Its own rules of validity.", examples: ["part-75"] }),
});

const parameters = part75Rules.flatMap((rule) => rule.parameters) as [Parameter, ...Parameter[]];
const substitute = z.strictObject({
  parameter: z.enum(parameters).exactOptional().meta({ description: "What it is in Part 75." }),
  potential: decimal
    .exactOptional()
    .meta({ description: "Its maximum (or minimum) potential value, in its unit.", examples: ["500"] }),
});

const level = (reason: string) =>
  z
    .strictObject({
      reference: decimal.meta({ description: "What the instrument ought to say, in its unit.", examples: ["400"] }),
      reason: z
        .string()
        .default(reason)
        .meta({ description: "State of the profile, with flag C, that tells it; `by-hand`: only a person does." }),
    })
    .exactOptional()
    .meta({ description: "A check at this level." });
const calibration = z.strictObject({
  rules: z.enum(["part-75", "hj75"]).meta({ description: "By which limits its checks are judged." }),
  kind: z.string().meta({ description: "Monitor of Part 75, or instrument of HJ 75.", examples: ["so2", "gas"] }),
  scale: decimal.meta({ description: "Span (Part 75) or full scale (HJ 75), in its unit.", examples: ["500"] }),
  zero: level("status.zero"),
  span: level("status.span"),
  samples: z.int().min(1).max(100).default(3).meta({ description: "A check is read from so many samples in a row." }),
  spread: decimal.meta({ description: "They lie this near to each other, in its unit.", examples: ["5"] }),
  timer: z
    .string()
    .exactOptional()
    .meta({
      description:
        "How long a pass proves what is measured, and how far a failure reaches back: a timer of `feed/derive/calibration/README.md`, or `none`. Left out: that of the rules and the kind.",
      examples: ["hj75-gas-manual"],
    }),
  lasts: duration("1m", "8760h")
    .exactOptional()
    .meta({
      description:
        "In place of the timer's own time: what the permit says, or some reserve beside the time of the check.",
      examples: ["26h"],
    }),
});

export const derivedForm = z.strictObject({
  utcOffset: z
    .string()
    .regex(/^[+-](0\d|1[0-4]):(00|30|45)$/)
    .default("+08:00")
    .meta({ title: "an offset from UTC, such as +08:00", description: "Where days and months begin." }),
  constants: z
    .string()
    .default("hj")
    .meta({ description: "Set of constants: standard temperature, molar volume, ..." }),
  regime: z.string().default("hj").meta({ description: "Rules of validity: how much of a period must be measured." }),
  flags: z
    .strictObject({
      normal: z
        .string()
        .regex(/^(0\.\d{1,6}|1)$/)
        .meta({
          title: "a share from 0.0 to 1",
          description: "A period is N where at least this share of its parts is; else the regime says.",
          examples: ["0.75"],
        })
        .exactOptional(),
      stopped: z.enum(["D", "F"]).default("D").meta({
        description:
          "What a period of `hj` is in which the plant stood still: D as HJ 212 has it, or F where three quarters of its parts are F.",
      }),
    })
    .prefault({})
    .meta({ description: "Flags of periods." }),
  loggerClock: duration("1s", "1h").prefault("5m").meta({
    description:
      "What a data logger pushes counts at the logger's own time where that is this near to when it came; where it is not, it does not count.",
  }),
  bases: z
    .record(channel, basis)
    .prefault({})
    .meta({ description: "Basis of measured channels, wherever a formula asks for it." }),
  means: z.array(channelOf("A measured channel.")).default([]).meta({ description: "Channels averaged as they are." }),
  channels: z.array(derivedChannel).default([]).meta({ description: "Channels made by a formula." }),
  calibration: z.record(channel, calibration).prefault({}).meta({
    description: "Measured channels whose zero and span checks are judged; what none of them proves enters no mean.",
  }),
  substitutes: z
    .record(channel, substitute)
    .prefault({})
    .meta({ description: "Derived channels whose missing hours `cems-agent report --substitute` may fill." }),
});

export type DerivedFile = z.output<typeof derivedForm>;
export type DerivedChannelFile = DerivedFile["channels"][number];
