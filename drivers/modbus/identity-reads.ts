import type { Planned } from "../asked.ts";
import type { IdentityRead } from "../driver.ts";
import type { IdentityPlace, ModbusSetting } from "../profile.ts";
import type { Question } from "./dialect.ts";
import { identityPart, legible, serverId } from "./identity.ts";
import { replyBytes } from "./request.ts";

/** A setting that is nowhere but in what a device says of itself. */
export type InIdentity = ModbusSetting & { readonly at: IdentityPlace };

/** Characters of a value in an entry. */
const longest = 255;

/** One question for each object (function 43/14), and one for all that is taken from the server id (function 17). */
export function identityReads(unit: number, settings: readonly InIdentity[]): readonly Planned<Question>[] {
  const objects = new Set(settings.filter(({ at }) => at.identity === "object").map(({ at }) => at.number));
  const asked = [...objects].map((object) =>
    planned(
      unit,
      { functionCode: 43, access: accessTo(object), object },
      settings.filter(({ at }) => at.identity === "object" && at.number === object),
    ),
  );
  const inServerId = settings.filter(({ at }) => at.identity === "server-id");
  return inServerId.length === 0 ? asked : [...asked, planned(unit, { functionCode: 17 }, inServerId)];
}

/**
 * The kind of identification an object belongs to, read from that object on: every device that has function 43/14 must answer so; only some
 * can be asked for a single object (Modbus Application Protocol V1.1b3, 6.21).
 */
const accessTo = (object: number): 1 | 2 | 3 => (object < 0x03 ? 1 : object < 0x80 ? 2 : 3);

function planned(
  unit: number,
  request: IdentityRead | { readonly functionCode: 17 },
  settings: readonly InIdentity[],
): Planned<Question> {
  const data = "object" in request ? Buffer.from([0x0e, request.access, request.object]) : Buffer.alloc(0);
  return {
    question: { unit, request },
    read: `identity:${unit}:${request.functionCode}:${data.toString("hex").toUpperCase()}`,
    weight: replyBytes(request),
    settings: true,
    points: settings.map(({ id, at }) => ({ id, form: "text", decode: (reply) => identityText(reply, at) })),
  };
}

/** What a reply (unit and PDU) says at a place; undefined if that is nothing, or too long to be a version or a number. */
export function identityText(reply: Buffer, { identity, number }: IdentityPlace): string | undefined {
  const said =
    identity === "object"
      ? legible(identityPart(reply)?.objects.get(number) ?? Buffer.alloc(0))
      : beginning(serverId(reply)?.subarray(number) ?? Buffer.alloc(0));
  return said.length > 0 && said.length <= longest ? said : undefined;
}

/** The text these bytes begin with. Behind the id comes whether the device runs (6.13), which is no setting. */
const beginning = (bytes: Buffer): string => /^[\x20-\x7e]*/.exec(bytes.toString("latin1"))?.[0].trim() ?? "";
