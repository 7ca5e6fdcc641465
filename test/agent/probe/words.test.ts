import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { framesIn } from "../../../agent/probe/frames.ts";
import { modbusHeard } from "../../../agent/probe/heard.ts";
import { namedObjects, namedServer } from "../../../agent/probe/identity.ts";
import { labelOf, registerNumber } from "../../../agent/probe/labels.ts";
import { noLine } from "../../../agent/probe/no-line.ts";
import { length, progressBar, progressLines } from "../../../agent/probe/scan-text.ts";
import { commonSettings } from "../../../agent/probe/settings.ts";
import { inkFor, plainInk } from "../../../agent/probe/text.ts";
import { lineMeant, placeMeant, profileMeant, unitMeant, unitsMeant } from "../../../agent/probe/which.ts";
import { wrapped } from "../../../agent/probe/wrap.ts";
import { spellSettings } from "../../../config/line-text.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import { identityPart } from "../../../drivers/modbus/identity.ts";
import { millis } from "../../../feed/format/vocabulary.ts";

test.each([
  [3, 100, "40101"],
  [3, 0, "40001"],
  [4, 9998, "39999"],
  [4, 9999, "310000"],
  [1, 0, "00001"],
  [2, 65_535, "165536"],
] as const)("function %d, address %d is %s", (functionCode, address, number) => {
  expect(registerNumber(functionCode, address)).toBe(number);
});

test("a register is named as manuals count and as the wire does", () => {
  expect(labelOf({ functionCode: 4, start: 1000, count: 2 })).toBe("31001 (input:1000)");
  expect(labelOf({ functionCode: 43, access: 1, object: 0 })).toBe("identity (43/14)");
});

test("identity: the example of Modbus Application Protocol V1.1b3, 6.21", () => {
  const text = (id: number, said: string): number[] => [id, said.length, ...Buffer.from(said)];
  const reply = [
    1,
    0x2b,
    0x0e,
    1,
    1,
    0,
    0,
    3,
    ...text(0, "Company identification"),
    ...text(1, "Product code XX"),
    ...text(2, "V2.11"),
  ];
  expect(namedObjects(identityPart(Buffer.from(reply))?.objects ?? new Map())).toEqual([
    { what: "vendor", text: "Company identification" },
    { what: "product", text: "Product code XX" },
    { what: "revision", text: "V2.11" },
  ]);
  expect(namedServer(Buffer.from([...Buffer.from("PM5560"), 0xff, 1, 2]))).toEqual([
    { what: "server id", text: "PM5560" },
  ]);
});

describe("why a line could not be opened", () => {
  const tcp = { id: "l", transport: "tcp", host: "h", port: 502 } as const;
  const serial = {
    id: "l",
    transport: "rtu",
    path: "/dev/ttyUSB0",
    baud: 9600,
    parity: "none",
    dataBits: 8,
    stopBits: 1,
  } as const;

  test.each([
    [tcp, "connect ECONNREFUSED 192.168.1.20:502", "nothing listens"],
    [tcp, "connect EHOSTUNREACH 192.168.1.20:502", "not reachable"],
    [tcp, "h:502 did not accept within 3000 ms", "nobody answers at this address"],
    [tcp, "getaddrinfo ENOTFOUND h", "no host of this name"],
    [serial, "Error: No such file or directory, cannot open /dev/ttyUSB0", "no such port"],
    [serial, "Error: Permission denied, cannot open /dev/ttyUSB0", "may not open"],
    [serial, "Error: Error Resource temporarily unavailable Cannot lock port", "another program holds"],
    [serial, "Error: Inappropriate ioctl for device, cannot open /dev/null", "no serial port"],
    [serial, "something new", "cannot be opened: something new"],
  ])("%o %s", (line, detail, said) => {
    const finding = noLine(line, detail);
    expect(finding.text).toContain(said);
    expect(finding.check?.length).toBeGreaterThan(0);
  });

  test("a user without rights is told of the group", () => {
    expect(noLine(serial, "Permission denied").check?.join()).toContain("dialout");
  });

  test("common settings: the line's own first, each once", () => {
    const all = commonSettings({ ...serial, baud: 19_200, parity: "even" }).map(spellSettings);
    expect(all[0]).toBe("19200:8E1");
    expect(all).toContain("1200:8N1");
    expect(new Set(all).size).toBe(32);
    expect(all).toHaveLength(32);
    expect(commonSettings(tcp)).toEqual([tcp]);
  });
});

test("no bytes make the diagnosis throw or take longer than they are", () => {
  const now = { wall: millis(0), mono: millis(0) };
  const transports = fc.constantFrom("tcp" as const, "udp" as const, "rtu" as const, "ascii" as const);
  fc.assert(
    fc.property(transports, fc.uint8Array({ maxLength: 4096 }), (transport, bytes) => {
      const received = Buffer.from(bytes);
      const { frames, stray } = framesIn(transport, received);
      expect(frames.reduce((sum, frame) => sum + frame.length, stray)).toBeLessThanOrEqual(received.length);
      const exchange = { failure: { code: "E_BUS_TIMEOUT", detail: "no reply" } as const, sent: now, received: now };
      const request = { functionCode: 3, start: 0, count: 1 } as const;
      const { findings } = modbusHeard(transport, 1, request, {
        exchange,
        ms: 1,
        reached: true,
        sent: Buffer.from("x"),
        received,
        before: received,
      });
      if (stray > 0) expect(findings).not.toEqual([]);
    }),
    { numRuns: 3000 },
  );
});

describe("what is meant", () => {
  const tcp = { id: "a", transport: "tcp", host: "h", port: 502 } as const;
  const meter = { id: "m", transport: "dlt645-over-tcp", host: "h", port: 1, baud: 2400 } as const;
  const { profiles } = loadCatalogue();

  test("a line of a site by its id, else spelt", () => {
    expect(lineMeant("a", { file: "site.yaml", lines: [tcp] })).toBe(tcp);
    expect(() => lineMeant("b", { file: "site.yaml", lines: [tcp] })).toThrow("it has a (tcp:h:502)");
    expect(lineMeant("tcp:h:502", undefined)).toMatchObject({ transport: "tcp" });
    expect(() => lineMeant("b", undefined)).toThrow("is no kind of line");
    expect(() => lineMeant("hj212-dial:h:1", undefined)).toThrow("a line of HJ 212");
  });

  test.each([
    ["1-3", [1, 2, 3]],
    ["7", [7]],
    ["5,1-2,2", [1, 2, 5]],
  ])("units %s", (text, units) => expect(unitsMeant(text, 1, 247)).toEqual(units));
  test.each([["0-3"], ["1-248"], ["3-1"], ["x"], [""], ["1-"], ["1,,2"]])("units %j are refused", (text) => {
    expect(() => unitsMeant(text, 1, 247)).toThrow("write 1-247");
  });

  test("addresses, profiles, places", () => {
    expect(unitMeant("255", tcp)).toBe("255");
    expect(() => unitMeant("256", tcp)).toThrow("no Modbus address");
    expect(unitMeant("000012345678", meter)).toBe("000012345678");
    expect(unitMeant("AAAAAAAA5678", meter)).toBe("AAAAAAAA5678");
    for (const wrong of ["1", "999999999999", "12345678AAAA"])
      expect(() => unitMeant(wrong, meter)).toThrow("12 digits");
    expect(profileMeant("sick/marsic300", tcp, profiles).id).toBe("sick/marsic300");
    expect(() => profileMeant("sick/marsic30", tcp, profiles)).toThrow("write sick/marsic300");
    expect(() => profileMeant("sick/marsic300", meter, profiles)).toThrow("the line DL/T 645");
    expect(placeMeant("input:1000")).toEqual({ functionCode: 4, start: 1000 });
    for (const wrong of ["40101", "coil:1", "holding:65536"])
      expect(() => placeMeant(wrong)).toThrow("write holding:100");
  });
});

test("lines fit a terminal, lengths are said as a person says them", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1 }), (words) => {
      const lines = wrapped(words.join(" "), 78, "  1. ");
      expect(lines.every((line) => line.length <= 78)).toBe(true);
      expect(lines.join(" ").replace("  1. ", "").split(/ +/).filter(Boolean)).toEqual(words);
    }),
  );
  expect([1, 1000, 60_000, 200_000, 3_600_000, 3_900_000].map(length)).toEqual([
    "1 s",
    "1 s",
    "1 min",
    "3 min 20 s",
    "1 h",
    "1 h 5 min",
  ]);
  const progress = { is: "progress", done: 1, of: 4, at: "unit 2", found: 0 } as const;
  expect(progressBar(progress)).toBe("[########......................] 25 %  unit 2, 0 found");
  const say = progressLines();
  const told = Array.from({ length: 41 }, (_, done) => say({ ...progress, done, of: 40 }));
  expect(told.filter(Boolean)).toHaveLength(10);
});

test("colour on a terminal only, and not with NO_COLOR", () => {
  expect(inkFor(false, {})).toBe(plainInk);
  expect(inkFor(true, { NO_COLOR: "1" })).toBe(plainInk);
  expect(inkFor(true, {}).good("x")).toContain("\x1b[32m");
});
