import * as dcon from "./dcon/fields.ts";
import * as dlt645 from "./dlt645/fields.ts";
import type { Read } from "./driver.ts";
import type { Field } from "./fields.ts";
import * as hj212 from "./hj212/fields.ts";
import * as modbus from "./modbus/fields.ts";
import type { Profile } from "./profile.ts";

/**
 * The fields of a request of the plan, made again from it; none where the device pushes.
 * @param summed whether a DCON line has checksums
 */
export function requestFields(profile: Profile, read: Read, summed = false): readonly Field[] {
  switch (profile.protocol) {
    case "modbus":
      return modbus.requestFields(read);
    case "dlt645-2007":
    case "dlt645-1997":
      return dlt645.frameFields(dlt645.requestBytes(String(read), profile), profile);
    case "dcon":
      return dcon.requestFields(String(read), summed);
    case "hj212":
      return [];
  }
}

/** The fields of a reply as it is kept: whatever it is, each of its bytes in one of them. */
export function replyFields(profile: Profile, read: Read, reply: Buffer): readonly Field[] {
  switch (profile.protocol) {
    case "modbus":
      return modbus.replyFields(read, reply, profile);
    case "dlt645-2007":
    case "dlt645-1997":
      return dlt645.frameFields(reply, profile);
    case "dcon":
      return dcon.replyFields(String(read), reply, profile);
    case "hj212":
      return hj212.frameFields(reply);
  }
}
