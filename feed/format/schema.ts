import { z } from "zod";
import { fromBase64 } from "./base64.ts";
import { flags } from "./vocabulary.ts";

/** What a stored entry must look like, by type: closed, no member that is not named here. The types are in body.ts. */

const count = z.int().min(0);
const text = z.string().max(4096);
const name = z.string().min(1).max(255);
const time = z.iso.datetime({ precision: 3 }).length(24);
const base64 = (length: number) => z.string().refine((value) => fromBase64(value, length) !== undefined, "not base64");
/** The base64 of 32 bytes in its one spelling. */
export const hash = base64(32);
const boot = z.string().regex(/^[0-9a-f]{8}$/);
const device = z.string().regex(/^[A-Za-z0-9-]{1,32}$/);
const channel = z.string().regex(/^[A-Za-z0-9._-]{1,32}$/);
const clk = z.tuple([z.enum(["nts", "ntp", "ptp", "gnss", "rtc", "none"]), z.int().min(-1)]);
const head = z.tuple([count, hash]);
const code = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

const flag = z.enum(Object.keys(flags) as (keyof typeof flags)[]);
const value = z.string().min(1).max(255);
const missing = flag.exclude(["N"]);
export const readingSchema = z.union([
  z.tuple([value, flag]),
  z.tuple([value, flag, name]),
  z.tuple([z.null(), missing, name]),
]);

const common = { v: z.literal(1), seq: count, prev: hash, salt: base64(12), t: time };
const entry = <T extends string, S extends z.core.$ZodLooseShape>(type: T, members: S) =>
  z.strictObject({ ...common, type: z.literal(type), ...members });

const genesis = entry("genesis", {
  origin: name,
  gen: count,
  hash: z.literal("sha256"),
  twin: z.literal("sm3").nullable(),
  keys: z.array(text.min(1)).min(1).max(16),
  plant: name,
  stack: name,
  dev: z.strictObject({ sn: text, model: text, tpm: text }),
  sw: z.strictObject({ name, ver: name, sha256: hash }),
  after: z.strictObject({ origin: name, size: count, root: hash, auth: text }).nullable(),
});
const period = z.enum(["minute", "half-hour", "hour", "day", "month"]);
const derivation = z.strictObject({
  formula: code,
  in: z.record(code, name),
  at: period,
  every: z.int().min(1).optional(),
  own: z.int().min(1).max(3_600_000).optional(),
  normal: z
    .string()
    .regex(/^(0\.\d{1,6}|1)$/)
    .optional(),
  stopped: z.literal("F").optional(),
  longer: z.enum(["mean", "sum"]),
  weight: channel.optional(),
  constants: code,
  regime: code,
});
const level = z.tuple([name, value]);
const calibration = z.strictObject({
  rules: z.enum(["part-75", "hj75"]),
  kind: code,
  scale: value,
  zero: level.optional(),
  span: level.optional(),
  samples: z.int().min(1),
  spread: value,
  timer: z.strictObject({ lasts: z.int().min(1), reach: z.enum(["last-pass", "failure"]), since: time }).optional(),
});
const config = entry("config", {
  points: z.record(channel, z.tuple([text, name, name, z.int().min(0).max(20)])),
  sha256: hash,
  by: text,
  why: text.optional(),
  dev: device.optional(),
  profile: name.optional(),
  reads: z
    .array(
      z.union([
        z.tuple([z.int().min(0).max(255), z.int().min(1).max(4), z.int().min(0).max(65_535), z.int().min(1).max(2000)]),
        name,
      ]),
    )
    .optional(),
  derive: z.record(channel, derivation).optional(),
  east: z.int().min(-720).max(840).optional(),
  calibrate: z.record(channel, calibration).optional(),
});
const bootEntry = entry("boot", {
  boot,
  why: text,
  clk,
  head,
  wit: head.optional(),
  tpm: z.strictObject({ resets: count, counter: count }).optional(),
});
const frame = entry("frame", {
  boot,
  mono: count,
  clk,
  cfg: count,
  raw: z.array(z.string().refine((reply) => reply === "" || fromBase64(reply) !== undefined, "not base64")),
  data: z.record(channel, readingSchema),
  hist: z.literal(true).optional(),
  dev: device.optional(),
  at: z.array(z.tuple([count, count, count])).optional(),
  own: z.strictObject({ t: time.optional(), flags: z.record(channel, z.string().max(8)) }).optional(),
});
const derived = entry("derived", {
  period,
  start: time.endsWith(":00.000Z"),
  cfg: count,
  data: z.record(channel, readingSchema),
  n: z.record(channel, z.tuple([count, count])),
  of: z.tuple([count, count]),
});
const event = entry("event", {
  code,
  detail: text,
  dev: device.optional(),
  set: z.record(channel, z.tuple([value.nullable(), value])).optional(),
  check: z
    .strictObject({
      channel,
      point: z.enum(["zero", "span"]),
      at: time,
      reading: value,
      reference: value,
      of: count.optional(),
    })
    .optional(),
});
const anchor = entry("anchor", {
  boot,
  mono: count,
  size: count,
  root: hash,
  cosig: z.array(text.min(1)).min(1).max(32),
});
const manual = entry("manual", {
  code,
  value,
  unit: text,
  period: text,
  by: text,
  docs: z.array(count),
});
const doc = entry("doc", { name, mime: name, bytes: count, sha256: hash, sm3: hash.optional() });
const amend = entry("amend", { ref: count, why: text, by: text, value: text });
const rotate = entry("rotate", { key: text, proof: text, drop: z.array(text) });
const cert = entry("cert", { cert: name, bytes: count, sha256: hash, sm3: hash.optional() });
const gap = entry("gap", { from: time, to: time, why: text, dev: device.optional() });
const prune = entry("prune", { range: z.tuple([count, count]), root: hash });
const end = entry("end", { next: name.nullable(), why: text });

export const entrySchema = z.discriminatedUnion("type", [
  genesis,
  config,
  bootEntry,
  frame,
  derived,
  event,
  anchor,
  manual,
  doc,
  amend,
  rotate,
  cert,
  gap,
  prune,
  end,
]);
