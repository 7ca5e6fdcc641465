import fc from "fast-check";
import modbusSerial from "modbus-serial";
import { expect, test } from "vitest";
import { RtuFraming } from "../../../drivers/modbus/framing-rtu.ts";
import { TcpFraming } from "../../../drivers/modbus/framing-tcp.ts";
import { GuardedPort } from "../../../drivers/modbus/port.ts";
import { withCrc } from "./slave.ts";

const portOn = (tcp: boolean): GuardedPort => new GuardedPort(tcp ? new TcpFraming(0) : new RtuFraming(1000));

test.each([true, false])("no function but a read gets past the port, TCP %s", (tcp) => {
  const port = portOn(tcp);
  for (let code = 0; code < 256; code++) {
    if (code >= 1 && code <= 4) continue;
    const bodies = [
      [0, 0, 0, 1],
      [0, 0, 0, 1, 2, 0, 0],
      [0x0d, 1, 0],
      [0x0e, 5, 0],
      [0x0e, 1, 0, 0],
    ];
    for (const body of code === 17 ? bodies : [...bodies, []])
      expect(() => port.write(withCrc(Buffer.from([1, code, ...body]))), `function ${code}`).toThrow(
        expect.objectContaining({ code: "E_BUS_REFUSED" }),
      );
  }
  expect(port.written).toHaveLength(0);
});

test("the writing calls of modbus-serial itself are refused at the port", () => {
  const port = portOn(false);
  const client = new modbusSerial.default(port);
  client.open();
  const next = (): void => {};
  const writes = [
    () => client.writeFC5(1, 0, true, next),
    () => client.writeFC6(1, 0, 1, next),
    () => client.writeFC15(1, 0, [true], next),
    () => client.writeFC16(1, 0, [1], next),
    () => client.writeFC22(1, 0, 0xffff, 0, next),
    () => client.writeFC23(1, 0, 1, 0, 1, [1], next),
    () => client.writeCustomFC(1, 65, [1, 2], next),
  ];
  for (const write of writes) expect(write).toThrow(expect.objectContaining({ code: "E_BUS_REFUSED" }));
  expect(port.written).toHaveLength(0);
});

test("identity passes the port, and a maker's function only as the very request that was let pass", () => {
  const port = portOn(false);
  const sent = (...bytes: number[]): string => {
    port.write(withCrc(Buffer.from(bytes)));
    return port.written.toString("hex", 1, port.written.length - 2);
  };
  expect(sent(1, 17)).toBe("11");
  expect(sent(1, 43, 14, 1, 0)).toBe("2b0e0100");
  port.expect({ functionCode: 0x66, data: "009D", replyBytes: 46 }, 0, 100);
  expect(sent(1, 0x66, 0, 0x9d)).toBe("66009d");
  const refused = expect.objectContaining({ code: "E_BUS_REFUSED" });
  for (const other of [
    [1, 0x66, 0, 0x9e],
    [1, 0x66, 0, 0x9d, 0],
    [1, 0x67, 0, 0x9d],
  ])
    expect(() => sent(...other)).toThrow(refused);
  port.expect({ functionCode: 3, start: 0, count: 1 }, 0, 100);
  expect(() => sent(1, 0x66, 0, 0x9d)).toThrow(refused);
  expect(port.written.toString("hex", 1, port.written.length - 2)).toBe("66009d");
});

/** Eight bytes that are nearly always a read, or nearly one. */
const likely = fc
  .tuple(
    fc.constant(1),
    fc.integer({ min: 0, max: 6 }),
    ...Array.from({ length: 4 }, () => fc.constantFrom(0, 1, 7, 125, 255)),
  )
  .map((bytes) => withCrc(Buffer.from(bytes)));

test("whatever bytes it is given, only a read within the limits reaches the wire", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 20 }), likely), (bytes) => {
      const port = portOn(false);
      try {
        port.write(Buffer.from(bytes));
      } catch {
        // refused
      }
      const { written } = port;
      if (written.length === 0) return;
      if (written.length === 4 && written[1] === 17) return;
      if (written.length === 7 && written[1] === 43 && written[2] === 14) return;
      const [code, start, count] = [written.readUInt8(1), written.readUInt16BE(2), written.readUInt16BE(4)];
      expect(written).toHaveLength(8);
      expect(code).toBeGreaterThanOrEqual(1);
      expect(code).toBeLessThanOrEqual(4);
      expect(count).toBeGreaterThanOrEqual(1);
      expect(count).toBeLessThanOrEqual(code <= 2 ? 2000 : 125);
      expect(start + count).toBeLessThanOrEqual(65_536);
    }),
  );
});
