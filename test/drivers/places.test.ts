import { describe, expect, test } from "vitest";
import { load } from "./one-profile.ts";

describe("places of the other protocols", () => {
  const value = (id: string, at: string, rest: string): string =>
    `  - { id: ${id}, quantity: x, at: "${at}", ${rest}, unit: V, places: 1, source: "p. 1" }\n`;
  const with_ = (protocol: string, points: string): string =>
    `name: A device\nmaker: Acme\nmodel: D\nsource: Manual\nprotocol: ${protocol}\npoints:\n${points}`;
  const bcd = "type: bcd, length: 2";
  const byte = (when: string): string =>
    `status:\n  - { id: s, at: "04000501", type: bitfield8, flags: [{ when: "${when}", flag: D, reason: status.x }], source: "p. 1" }\n`;

  test.each([
    [
      "an identifier of 1997",
      "dlt645-2007",
      value("u", "B611", bcd),
      "E_CONFIG_VALUE: an identifier of 8 hexadecimal digits",
    ],
    [
      "one of 2007",
      "dlt645-1997",
      value("u", "02010100", bcd),
      "E_CONFIG_VALUE: an identifier of 4 hexadecimal digits",
    ],
    [
      "a byte behind the longest reply",
      "dlt645-2007",
      value("u", "0201FF00+195", bcd),
      "E_CONFIG_RANGE: a byte within the reply",
    ],
    ["the same of 1997", "dlt645-1997", value("u", "B61F+197", bcd), "E_CONFIG_RANGE: a byte within the reply"],
    [
      "a channel the module has not",
      "dcon\nchannels: 4",
      value("u", "all:4", "type: decimal"),
      "E_CONFIG_RANGE: a channel from 0 to 3, or more channels",
    ],
    ["a name as a number", "dcon", value("u", "name", "type: decimal"), "E_CONFIG_VALUE: text"],
    ["a channel as text", "dcon", value("u", "channel:0", "type: text"), "E_CONFIG_VALUE: decimal"],
    [
      "the ninth bit of a byte",
      "dlt645-2007",
      value("u", "0201FF00", bcd) + byte("bit:8"),
      "E_CONFIG_RANGE: bit:0 to bit:7",
    ],
    [
      "a mask beyond a byte",
      "dlt645-2007",
      value("u", "0201FF00", bcd) + byte("mask:0xff00"),
      "E_CONFIG_RANGE: a mask with one of 8 bits",
    ],
    [
      "one identifier twice",
      "dlt645-1997",
      value("u", "B611", bcd) + value("w", "B611", bcd),
      "E_CONFIG_DUPLICATE: each place once",
    ],
    [
      "one channel twice",
      "dcon",
      value("u", "all:0", "type: decimal") + value("w", "all:0", "type: decimal"),
      "E_CONFIG_DUPLICATE: each place once",
    ],
    [
      "one field twice",
      "hj212",
      value("u", "2011:a21026-Rtd", "type: decimal") + value("w", "2011:a21026-Rtd", "type: decimal"),
      "E_CONFIG_DUPLICATE: each place once",
    ],
  ])("%s is refused", (_, protocol, points, said) => {
    expect(load(with_(protocol, points)).problems.map(({ code, instead }) => `${code}: ${instead}`)).toEqual([said]);
  });

  test.each([
    ["dlt645-2007", value("u", "0201FF00+194", bcd) + value("w", "0201FF00", bcd)],
    ["dlt645-1997", value("u", "B61F+196", bcd)],
    ["dlt645-2007", value("u", "0201FF00", bcd) + byte("not bit:7")],
    ["dcon", value("u", "all:7", "type: decimal") + value("w", "channel:7", "type: decimal")],
    ["hj212", value("u", "2011:a21026-Rtd", "type: decimal") + value("w", "2051:a21026-Avg", "type: decimal")],
  ])("the last place of %s is taken", (protocol, points) => {
    expect(load(with_(protocol, points)).problems).toEqual([]);
  });
});
