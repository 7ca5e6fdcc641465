import { isBase64 } from "./base64.ts";
import type { Json } from "./canonical.ts";

/**
 * Whether a value surely fits the schema of a frame. Frames are nearly all entries, and this takes a tenth of the time the
 * schema takes; where it says no, the schema decides. It must never say yes to canonical JSON that the schema refuses (a
 * test holds it to that).
 */
export function isPlainFrame(value: Json): boolean {
  if (!isObject(value)) return false;
  const { at, boot, cfg, clk, data, dev, mono, prev, raw, salt, seq, t, type, v } = value;
  return (
    type === "frame" &&
    v === 1 &&
    isCount(cfg) &&
    isCount(mono) &&
    isCount(seq) &&
    isText(t, TIME) &&
    isText(boot, BOOT) &&
    isBytes(prev, 32) &&
    isBytes(salt, 12) &&
    isList(clk) &&
    clk.length === 2 &&
    isText(clk[0], CLOCK) &&
    (clk[1] === -1 || isCount(clk[1])) &&
    (dev === undefined || isText(dev, DEVICE)) &&
    (at === undefined || (isList(at) && at.every(isTimes))) &&
    isList(raw) &&
    raw.every((reply) => reply === "" || isBytes(reply)) &&
    isObject(data) &&
    areReadings(data) &&
    countOf(value) === always + Number(dev !== undefined) + Number(at !== undefined)
  );
}

type Value = Json | undefined;
type Members = { readonly [name: string]: Value };

/** Members that every frame has. */
const always = 12;

function countOf(value: Members): number {
  let count = 0;
  for (const name in value) if (value[name] !== undefined) count++;
  return count;
}

/** The days every month has; the schema knows the others. */
const TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const CLOCK = /^(nts|ntp|ptp|gnss|rtc|none)$/;
const BOOT = /^[0-9a-f]{8}$/;
const DEVICE = /^[A-Za-z0-9-]{1,32}$/;

const isList = (value: Value): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Value): value is Members => typeof value === "object" && value !== null && !isList(value);
const isCount = (value: Value): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isText = (value: Value, pattern: RegExp): boolean => typeof value === "string" && pattern.test(value);
const isBytes = (value: Value, length?: number): boolean => typeof value === "string" && isBase64(value, length);
const isTimes = (value: Value): boolean => isList(value) && value.length === 3 && value.every(isCount);
const isShort = (value: Value): boolean => typeof value === "string" && value.length > 0 && value.length <= 255;

function areReadings(data: Members): boolean {
  for (const channel in data) if (!isReading(data[channel])) return false;
  return true;
}

/** [value, flag], [value, flag, reason] or [null, flag, reason], never null with N. */
function isReading(reading: Value): boolean {
  if (!isList(reading)) return false;
  const [value, flag, reason] = reading;
  if (typeof flag !== "string" || flag.length !== 1 || !"NFMSDCTB".includes(flag)) return false;
  const reasoned = reading.length === 3 && isShort(reason);
  if (value === null) return reasoned && flag !== "N";
  return isShort(value) && (reasoned || reading.length === 2);
}
