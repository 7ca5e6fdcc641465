import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLine, spellLine } from "../../config/line-text.ts";
import { bauds } from "../../config/site-file.ts";
import type { LineSettings } from "../../drivers/line/settings.ts";

const parsed = (text: string): Omit<LineSettings, "id"> => {
  const line = parseLine(text);
  if (!line.ok) throw new Error(line.problem);
  const { id, ...rest } = line.value;
  expect(id).toBe(text);
  return rest;
};
const serial = (baud: number, parity: string, dataBits: number, stopBits: number, path = "/dev/ttyUSB0") => ({
  path,
  baud,
  parity,
  dataBits,
  stopBits,
});

describe("a line in one word", () => {
  test.each([
    ["tcp:192.168.1.20:502", { transport: "tcp", host: "192.168.1.20", port: 502 }],
    ["TCP:gateway.local", { transport: "tcp", host: "gateway.local", port: 502 }],
    ["udp:[fe80::1]:1502", { transport: "udp", host: "fe80::1", port: 1502 }],
    ["rtu:/dev/ttyUSB0", { transport: "rtu", ...serial(9600, "none", 8, 1) }],
    ["rtu:/dev/ttyUSB0:19200:8E1", { transport: "rtu", ...serial(19_200, "even", 8, 1) }],
    ["rtu:/dev/ttyUSB0:4800:8n2", { transport: "rtu", ...serial(4800, "none", 8, 2) }],
    ["ascii:/dev/ttyS0:9600:7E1", { transport: "ascii", ...serial(9600, "even", 7, 1, "/dev/ttyS0") }],
    ["dlt645:/dev/ttyUSB0", { transport: "dlt645", ...serial(2400, "even", 8, 1) }],
    ["dcon:/dev/ttyUSB0:9600", { transport: "dcon", checksum: false, ...serial(9600, "none", 8, 1) }],
    ["rtu-over-tcp:h:4001", { transport: "rtu-over-tcp", host: "h", port: 4001, baud: 9600 }],
    ["rtu-over-tcp:h:4001:19200", { transport: "rtu-over-tcp", host: "h", port: 4001, baud: 19_200 }],
    ["dlt645-over-tcp:h:4001", { transport: "dlt645-over-tcp", host: "h", port: 4001, baud: 2400 }],
    ["hj212-listen:0.0.0.0:9000", { transport: "hj212-listen", host: "0.0.0.0", port: 9000, acknowledge: false }],
    [
      "rtu:/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0:9600:8N1",
      { transport: "rtu", ...serial(9600, "none", 8, 1, "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0") },
    ],
  ])("%s", (text, line) => expect(parsed(text)).toEqual(line));

  test.each([
    ["/dev/ttyUSB0", "write rtu:/dev/ttyUSB0"],
    ["tpc:192.168.1.20", "write tcp"],
    ["modbus:x", "one of tcp, udp"],
    ["rtu:ttyUSB0", "the path of a serial port is missing"],
    ["rtu:", "the path of a serial port is missing"],
    ["rtu:/dev/ttyUSB0:9601:8N1", "9601 is not one of 1200"],
    ["rtu:/dev/ttyUSB0:99:8N1", "99 is not one of 1200"],
    ["rtu:/dev/ttyUSB0:9600:8X1", "8X1 is not data bits"],
    ["rtu:/dev/ttyUSB0:8N1", "the baud rate before 8N1"],
    ["rtu:/dev/ttyUSB0:9600:7E1", "RTU sends bytes of 8 bits"],
    ["tcp:", "the host is missing"],
    ["tcp:h:0", "port 0 is not 1 to 65535"],
    ["tcp:h:x", "the port is missing or no number"],
    ["tcp:h:502:9600", "too much behind the port"],
    ["tcp:fe80::1", "stands in brackets"],
    ["rtu-over-tcp:h", "the port is missing"],
    ["rtu-over-tcp:h:4001:77", "77 is not one of"],
    ["", "is no kind of line"],
  ])("%j is refused with what to write instead", (text, instead) => {
    const line = parseLine(text);
    expect(line.ok ? line.value : line.problem).toContain(instead);
  });

  const baud = fc.constantFrom(...bauds);
  const path = fc.stringMatching(/^\/dev\/[A-Za-z0-9_/.-]{1,20}$/);
  const port = fc.record({
    path,
    baud,
    parity: fc.constantFrom("none" as const, "even" as const, "odd" as const),
    dataBits: fc.constant(8 as const),
    stopBits: fc.constantFrom(1 as const, 2 as const),
  });
  const place = fc.record({
    host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
    port: fc.integer({ min: 1, max: 65_535 }),
  });
  const lines: fc.Arbitrary<LineSettings> = fc.oneof(
    fc
      .tuple(fc.constantFrom("tcp" as const, "udp" as const), place)
      .map(([transport, at]) => ({ id: "", transport, ...at })),
    fc
      .tuple(fc.constantFrom("rtu-over-tcp" as const, "dlt645-over-tcp" as const), place, baud)
      .map(([transport, at, baud]) => ({ id: "", transport, ...at, baud })),
    fc
      .tuple(fc.constantFrom("rtu" as const, "ascii" as const, "dlt645" as const), port)
      .map(([transport, at]) => ({ id: "", transport, ...at })),
  );

  test("is read back as it was spelt", () => {
    fc.assert(
      fc.property(lines, (line) => {
        const { id: _, ...rest } = line;
        expect(parsed(spellLine(line))).toEqual(rest);
      }),
    );
  });

  test("nothing a person types throws", () => {
    const typed = fc.oneof(fc.string(), fc.stringMatching(/^(rtu|tcp|dcon-over-tcp):[/a-z0-9:[\].]{0,40}$/));
    fc.assert(
      fc.property(typed, (text) => void parseLine(text)),
      { numRuns: 2000 },
    );
  });
});
