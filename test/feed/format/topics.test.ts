import { describe, expect, it } from "vitest";
import { type Lane, laneOf, topics } from "../../../feed/format/topics.ts";

describe("topics", () => {
  it("name every lane of one gateway, and are found back", () => {
    const all = topics("gw-1");
    expect(all.cp).toBe("cems/v1/gw-1/up/cp");
    expect(all.back).toBe("cems/v1/gw-1/dn/fill");
    for (const lane of Object.keys(all) as Lane[]) expect(laneOf(all[lane])).toEqual({ gateway: "gw-1", lane });
    expect(new Set(Object.values(all)).size).toBe(9);
  });

  it.each([
    "",
    "cems/v1/gw/up",
    "cems/v1/gw/up/x",
    "cems/v1//up/cp",
    "cems/v1/+/up/cp",
    "x/cems/v1/g/up/cp",
    "cems/v1/g/up/cp/x",
  ])("%j is of no lane", (topic) => {
    expect(laneOf(topic)).toBeUndefined();
  });
});
