import { z } from "zod";
import { systemClock } from "../../drivers/clock.ts";
import { modulePlan } from "../../drivers/dcon/driver.ts";
import { DconFraming } from "../../drivers/dcon/framing.ts";
import { guardCommand } from "../../drivers/dcon/request.ts";
import { meterPlan } from "../../drivers/dlt645/driver.ts";
import { MeterFraming } from "../../drivers/dlt645/framing.ts";
import { encodeRead, readSent } from "../../drivers/dlt645/request.ts";
import type { Raw } from "../../drivers/driver.ts";
import { LoggerSource } from "../../drivers/hj212/source.ts";
import { LoggerStream } from "../../drivers/hj212/stream.ts";
import { decodePoint } from "../../drivers/modbus/decode.ts";
import { modbusPlan } from "../../drivers/modbus/driver.ts";
import { identityText } from "../../drivers/modbus/identity-reads.ts";
import { isIdentity, type ModbusProfile, type Profile, tables, widthOf } from "../../drivers/profile.ts";

/** Golden frames of every protocol: the form of their files, and what a frame says by the profile. */

const hex = z
  .string()
  .regex(/^[0-9A-F]{2}([ \n][0-9A-F]{2})*$/)
  .transform((text) => Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
/** DCON and HJ 212 are text: a line or frame begins with one of these. */
const text = z
  .string()
  .regex(/^[#$>!][\x20-\x7e]+$/)
  .transform((line) => Buffer.from(line, "latin1"));
const bytes = z.union([hex, text]);
export const vectorFile = z.array(
  z.strictObject({
    note: z.string().min(1),
    /** captured from a device, printed in its manual, or made up to fit the layout */
    kind: z.enum(["captured", "manual", "synthetic"]),
    source: z.string().min(1),
    /** Left out where nothing is asked. */
    request: bytes.optional(),
    reply: bytes,
    values: z.record(z.string(), z.string()).optional(),
    status: z.record(z.string(), z.int()).optional(),
    settings: z.record(z.string(), z.string()).optional(),
  }),
);
export type Vector = z.output<typeof vectorFile>[number];

interface Spoken {
  /** What the frame says at each point that lies in it. */
  decode(vector: Vector): ReadonlyMap<string, Raw | undefined>;
  /** The requests of one poll with settings, each as text without the address of a device. */
  readonly requests: readonly string[];
  /** The request of a frame as such a text. */
  requestOf(request: Buffer): string;
}

export function spoken(profile: Profile): Spoken {
  switch (profile.protocol) {
    case "modbus":
      return {
        decode: (vector) => decodeModbus(profile, vector),
        requests: modbusPlan(1, profile).map(({ question: { request } }) => modbusText(request)),
        requestOf: (request) => request.toString("hex", 1),
      };
    case "dlt645-2007":
    case "dlt645-1997":
      return {
        decode: ({ request = Buffer.alloc(0), reply }) => {
          const asked = readSent(request);
          const framing = new MeterFraming(1000);
          framing.ask({ ...asked, at: 0, until: 1 }, request);
          const planned = meterPlan(asked.unit, profile).find(
            ({ question }) => encodeRead(asked.unit, question.request, 0).compare(request) === 0,
          );
          return decoded(planned, framing.hear(reply, 0), reply);
        },
        requests: meterPlan(anyMeter, profile).map(({ question }) =>
          encodeRead(anyMeter, question.request, 0)
            .toString("hex", 8, 14)
            .slice(0, profile.protocol === "dlt645-2007" ? 12 : 8),
        ),
        requestOf: (request) => request.toString("hex", 8, request.length - 2),
      };
    case "dcon":
      return {
        decode: ({ request = Buffer.alloc(0), reply }) => {
          guardCommand(Buffer.concat([request, cr]), false);
          const unit = Number.parseInt(request.toString("latin1", 1, 3), 16);
          const planned = modulePlan(unit, profile).find(({ read }) => read === request.toString("latin1"));
          const framing = new DconFraming(1000, false);
          if (planned) framing.ask({ ...planned.question, at: 0, until: 1 }, Buffer.concat([request, cr]));
          return decoded(planned, framing.hear(Buffer.concat([reply, cr]), 0), reply);
        },
        requests: modulePlan(0, profile).map(({ read }) => `${read}`.replace(/^(.)../, "$1")),
        requestOf: (request) => request.toString("latin1").replace(/^(.)../, "$1"),
      };
    case "hj212":
      return { decode: ({ reply }) => decodePushed(profile, reply), requests: [], requestOf: () => "" };
  }
}

const anyMeter = "000000000001";
const cr = Buffer.from("\r");

function decoded(
  planned: { readonly points: readonly { readonly id: string; decode(reply: Buffer): Raw | undefined }[] } | undefined,
  heard: { readonly is: string; readonly frame?: Buffer; readonly failure?: unknown } | undefined,
  reply: Buffer,
): ReadonlyMap<string, Raw | undefined> {
  if (planned === undefined) throw new Error("no request of this profile");
  if (heard?.is !== "reply" || heard.failure !== undefined || !heard.frame?.equals(reply))
    throw new Error(`no good reply: ${JSON.stringify(heard)}`);
  return new Map(planned.points.map(({ id, decode }) => [id, decode(reply)]));
}

type ModbusRequest = ReturnType<typeof modbusPlan>[number]["question"]["request"];
function modbusText(request: ModbusRequest): string {
  const code = request.functionCode.toString(16).padStart(2, "0");
  if ("data" in request) return code + request.data.toLowerCase();
  if ("object" in request) return code + Buffer.from([14, request.access, request.object]).toString("hex");
  if (!("count" in request)) return code;
  return code + [request.start, request.count].map((word) => word.toString(16).padStart(4, "0")).join("");
}

/** All that lies within the registers a frame asked for, be it more or less than the agent asks for at once; or the own reply. */
function decodeModbus(profile: ModbusProfile, { request = Buffer.alloc(0), reply }: Vector) {
  const points = [...profile.points, ...profile.status, ...profile.settings];
  const functionCode = request.readUInt8(1);
  if (!reply.subarray(0, 2).equals(request.subarray(0, 2))) throw new Error("a reply to something else");
  const layoutOf = (point: (typeof points)[number]) =>
    "order" in point ? point : { ...point, order: "ABCD" as const };
  const own = profile.requests.find((one) => one.function === functionCode);
  if (own) {
    if (reply.length !== 2 + own.reply) throw new Error(`${reply.length} bytes`);
    const inside = points.flatMap((point) =>
      "request" in point.at && point.at.request === own.id ? [{ point, at: point.at }] : [],
    );
    return new Map(
      inside.map(({ point, at }) => [point.id, decodePoint(layoutOf(point), reply.subarray(2), at.offset)]),
    );
  }
  const said = profile.settings.filter(isIdentity);
  if (functionCode === 17 || functionCode === 43)
    return new Map(
      said
        .filter(({ at }) => (functionCode === 17) === (at.identity === "server-id"))
        .filter(({ at }) => at.identity === "server-id" || at.number === request[4])
        .map(({ id, at }) => [id, identityText(reply, at)]),
    );
  const [start, count] = [request.readUInt16BE(2), request.readUInt16BE(4)];
  const bits = functionCode <= 2;
  const length = bits ? Math.ceil(count / 8) : 2 * count;
  if (request.length !== 6 || reply[2] !== length || reply.length !== 3 + length) throw new Error("a length is wrong");
  const inside = points.flatMap((point) => {
    const { at } = point;
    if (!("table" in at) || tables[at.table] !== functionCode) return [];
    return at.address >= start && at.address + widthOf(point) <= start + count
      ? [{ point, offset: at.address - start }]
      : [];
  });
  return new Map(
    inside.map(({ point, offset }) => [
      point.id,
      decodePoint(layoutOf(point), reply.subarray(3), offset * (bits ? 1 : 2)),
    ]),
  );
}

function decodePushed(profile: Profile & { readonly protocol: "hj212" }, frame: Buffer) {
  const [only, ...more] = new LoggerStream().hear(Buffer.concat([frame, Buffer.from("\r\n")]));
  if (only === undefined || "finding" in only || more.length > 0) throw new Error(`no frame: ${JSON.stringify(only)}`);
  const said = new Map<string, Raw | undefined>();
  const source = new LoggerSource(only.message.mn, profile, systemClock);
  source.start(({ samples }) => {
    for (const sample of samples)
      if (!("raw" in sample)) said.set(sample.point, undefined);
      else if (!Number.isNaN(sample.raw)) said.set(sample.point, sample.raw);
  });
  source.take(only, () => {});
  return said;
}
