import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openerOf } from "../../../agent/probe/conversation.ts";
import type { ModbusLine, SerialSettings } from "../../../drivers/line/settings.ts";
import type { OpenWire } from "../../../drivers/line/wire.ts";
import { answerAll, exceptionReply, type Script, startSlave, trueReply } from "../../drivers/modbus/slave.ts";
import { freePort, tempDir } from "../../support/temporary.ts";
import { around, nameless, probed, unit } from "./kit.ts";

const codes = (findings: readonly { readonly code: string }[]): readonly string[] => findings.map(({ code }) => code);
const only =
  (id: number, script: Script = answerAll): Script =>
  (question, device) =>
    question.unit === id ? script(question, device) : [];

describe("the framing is not the one the line names", () => {
  test.each([
    ["rtu-over-tcp", "tcp", "Unit 3 answers RTU over TCP, but the line says TCP."],
    ["tcp", "rtu-over-tcp", "Unit 3 answers TCP, but the line says RTU over TCP."],
    ["ascii-over-tcp", "tcp", "Unit 3 answers ASCII over TCP, but the line says TCP."],
  ] as const)("a device in %s on a line that says %s", async (real, said, text) => {
    const { settings } = await startSlave(real, only(3));
    const { port } = settings as { port: number };
    const at = { id: "l", host: "127.0.0.1", port, ...(said === "tcp" ? {} : { baud: 9600 }) };
    const { outcome, findings } = await probed({ ...at, transport: said } as ModbusLine, unit(3));
    expect(outcome).toBe("odd");
    expect(findings.at(-1)).toMatchObject({ code: "framing", text });
    expect(findings.at(-1)?.check?.[0]).toContain(`${real}:127.0.0.1:${port}`);
  });
});

/** A port behind which only one setting is heard, as on a real line; a pseudo-terminal hears all. */
function onlyAt(wanted: Partial<SerialSettings>, tried: string[] = []) {
  return (line: Parameters<typeof openerOf>[0]): OpenWire => {
    if (!("path" in line)) throw new Error("not serial");
    const { baud, parity } = line;
    tried.push(`${baud} ${parity}`);
    const heard = Object.entries(wanted).every(([key, value]) => line[key as keyof typeof line] === value);
    const open = openerOf(line);
    if (heard) return open;
    return async (events, signal) => {
      const wire = await open({ ...events, data: () => {} }, signal);
      return {
        get isOpen() {
          return wire.isOpen;
        },
        write: (_, drained) => drained(),
        destroy: wire.destroy,
      };
    };
  };
}

test("the serial settings are not those the line names: answers at 19200 8E1", async () => {
  const { settings } = await startSlave("rtu", only(3), { baud: 9600 });
  const tried: string[] = [];
  const with_ = around({ deviceMs: 20, openerOf: onlyAt({ baud: 19_200, parity: "even", stopBits: 1 }, tried) });
  const { outcome, findings } = await probed(settings, unit(3), with_);
  expect(outcome).toBe("odd");
  expect(codes(findings)).toEqual(["settings"]);
  expect(findings[0]?.text).toBe("Unit 3 answers at 19200 8E1, but the line says 9600 8N1.");
  expect(tried[0]).toBe("9600 none");
});

test("a device that is slower than the wait is called slow, and not put at other settings", async () => {
  const { settings } = await startSlave("rtu", (question, device) =>
    only(3)(question, device).map((one) => ({ ...one, after: 300 })),
  );
  const { outcome, findings } = await probed(settings, unit(3), around({ deviceMs: 20, slowMs: 600 }));
  expect(outcome).toBe("odd");
  expect(findings).toMatchObject([
    {
      code: "late",
      text: expect.stringContaining("Unit 3 answers late"),
      check: [expect.stringContaining("--wait 1s")],
    },
  ]);
});

test("a serial line that speaks ASCII is asked so", async () => {
  const { settings } = await startSlave("ascii", only(3));
  const { outcome, findings } = await probed(
    { ...settings, transport: "rtu" } as ModbusLine,
    unit(3),
    around({ deviceMs: 20 }),
  );
  expect(outcome).toBe("odd");
  expect(findings.at(-1)).toMatchObject({ code: "framing", text: "Unit 3 answers ASCII, but the line says RTU." });
  expect(findings.at(-1)?.check?.[0]).toContain("ascii:");
});

describe("a device refuses", () => {
  const refuses: Script = (question, device) => {
    const reply = question.start >= 100 ? exceptionReply(question, 2) : trueReply(question);
    return [{ bytes: device.frame(reply, question.transaction) }];
  };

  test("unit 3 answers exception 2 at 40101", async () => {
    const { settings } = await startSlave("rtu", only(3, refuses));
    const place = { functionCode: 3, start: 100 } as const;
    const { outcome, findings } = await probed(settings, { ...unit(3), place });
    expect(outcome).toBe("odd");
    expect(findings.map(({ text }) => text)).toEqual([
      "Unit 3 answers exception 2 at 40101 (holding:100): it has no such register.",
    ]);
  });

  test("a gateway says that the device does not answer", async () => {
    const dead: Script = (question, device) => [
      { bytes: device.frame(exceptionReply(question, 0x0b), question.transaction) },
    ];
    const { settings } = await startSlave("tcp", dead);
    const { outcome, findings } = await probed(settings, unit(3));
    expect({ outcome, codes: codes(findings) }).toEqual({ outcome: "odd", codes: ["gateway"] });
  });

  test("without a place nobody said that there must be registers at 0", async () => {
    const none: Script = (question, device) => [
      { bytes: device.frame(exceptionReply(question, 2), question.transaction) },
    ];
    const slave = await startSlave("tcp", none);
    nameless(slave, 1);
    const { settings } = slave;
    const { outcome, findings, text } = await probed(settings, unit(1));
    expect(outcome).toBe("unread");
    expect(new Set(codes(findings))).toEqual(new Set(["hint", "unread"]));
    expect(text).toContain("It answers, but no register could be read.");
  });

  test.each([4, 5, 6])("busy (exception %d) is not as it should be", async (exception) => {
    const busy: Script = (question, device) => [
      { bytes: device.frame(exceptionReply(question, exception), question.transaction) },
    ];
    const slave = await startSlave("tcp", busy);
    nameless(slave, 1);
    const { settings } = slave;
    const { outcome, findings } = await probed(settings, unit(1));
    expect(outcome).toBe("odd");
    expect(codes(findings)).toEqual(["exception", "exception"]);
  });
});

describe("local echo", () => {
  test("your own request comes back, and the device answers behind it", async () => {
    const { settings } = await startSlave("rtu", only(3), { echo: true });
    const { outcome, findings } = await probed(settings, unit(3));
    expect({ outcome, codes: codes(findings) }).toEqual({ outcome: "good", codes: ["echo"] });
    expect(findings[0]?.text).toBe("Your own request comes back: local echo.");
  });

  test("is told once, however many are asked", async () => {
    const { settings } = await startSlave("rtu", () => [], { echo: true });
    const { findings } = await probed(settings, {}, around({ deviceMs: 10 }));
    expect(codes(findings)).toEqual(["echo", "silent"]);
  });

  test("only the echo comes back", async () => {
    const { settings } = await startSlave("rtu", () => [], { echo: true });
    const { outcome, findings } = await probed(settings, unit(3), around({ deviceMs: 10 }));
    expect({ outcome, codes: codes(findings) }).toEqual({ outcome: "nothing", codes: ["echo", "silent"] });
  });
});

describe("two devices answer at unit 5", () => {
  const other = (reply: Buffer): Buffer => {
    const changed = Buffer.from(reply);
    changed[reply.length - 1] = (changed.at(-1) ?? 0) ^ 0x55;
    return changed;
  };

  test("one after the other", async () => {
    const both: Script = (question, device) => [
      { bytes: device.frame(trueReply(question), question.transaction) },
      { bytes: device.frame(other(trueReply(question)), question.transaction), after: 15 },
    ];
    const { settings } = await startSlave("rtu", only(5, both));
    const { outcome, findings } = await probed(settings, unit(5));
    expect(outcome).toBe("odd");
    expect(findings[0]).toMatchObject({
      code: "two-devices",
      text: expect.stringContaining("Two devices answer at unit 5"),
    });
  });

  test("at once, so that their answers collide", async () => {
    const collided: Script = (question, device) => {
      const reply = device.frame(trueReply(question), question.transaction);
      const spoilt = Buffer.from(reply.map((byte, i) => (i < 3 ? byte : byte ^ 0x2a)));
      return [{ bytes: Buffer.concat([spoilt, reply.subarray(3)]) }];
    };
    const { settings } = await startSlave("rtu", only(5, collided));
    const { outcome, findings } = await probed(settings, unit(5), around({ deviceMs: 20 }));
    expect(outcome).toBe("odd");
    expect(findings[0]).toMatchObject({
      code: "two-devices",
      text: expect.stringContaining("Two devices answer at unit 5"),
    });
  });

  test("the same answer twice may be a gateway that repeats", async () => {
    const twice: Script = (question, device) => {
      const bytes = device.frame(trueReply(question), question.transaction);
      return [{ bytes }, { bytes, after: 15 }];
    };
    const { settings } = await startSlave("rtu", only(5, twice));
    const { findings } = await probed(settings, unit(5));
    expect(findings[0]?.text).toContain("or a gateway repeats it");
  });
});

test("an answer to something else is told", async () => {
  const other: Script = (question, device) => [
    { bytes: device.frame(trueReply({ ...question, count: 3 }), question.transaction) },
  ];
  const { settings } = await startSlave("tcp", only(3, other));
  const { outcome, findings } = await probed(settings, unit(3), around({ deviceMs: 20 }));
  expect(outcome).toBe("odd");
  expect(findings[0]).toMatchObject({ code: "misfit", text: expect.stringContaining("not what it was asked") });
});

test("noise that begins as the answer would may be two devices", async () => {
  const broken: Script = () => [{ bytes: Buffer.from([3, 3, 2, 9]) }];
  const { settings } = await startSlave("rtu", only(3, broken));
  const { findings } = await probed(settings, unit(3), around({ deviceMs: 10 }));
  expect(findings[0]).toMatchObject({ code: "noise" });
  expect(findings[0]?.check?.[0]).toBe("Whether a second device has unit id 3.");
});

test("another unit answers", async () => {
  const stranger: Script = (question, device) => [
    { bytes: device.frame(trueReply({ ...question, unit: 7 }), question.transaction) },
  ];
  const { settings } = await startSlave("rtu", stranger);
  const { findings } = await probed(settings, unit(3), around({ deviceMs: 10 }));
  expect(findings[0]?.text).toBe("Unit 7 answers a question to unit 3.");
});

describe("there is no line", () => {
  test("nothing listens", async () => {
    const line = { id: "l", transport: "tcp", host: "127.0.0.1", port: await freePort() } as const;
    const { outcome, findings } = await probed(line, unit(1));
    expect({ outcome, codes: codes(findings) }).toEqual({ outcome: "nothing", codes: ["closed"] });
    expect(findings[0]?.text).toContain("nothing listens on this port");
    expect(findings[0]?.check?.length).toBeGreaterThan(1);
  });

  const port = { id: "l", transport: "rtu", baud: 9600, parity: "none", dataBits: 8, stopBits: 1 } as const;

  test("the port is not there", async () => {
    const { findings } = await probed({ ...port, path: join(tempDir(), "ttyUSB9") }, unit(1));
    expect(findings[0]?.text).toContain("there is no such port");
  });

  test("another program holds the port", async () => {
    const { settings } = await startSlave("rtu", answerAll);
    const line = settings as ModbusLine & SerialSettings;
    const wire = await openerOf(line)({ data: () => {}, closed: () => {} }, new AbortController().signal);
    onTestFinished(() => wire.destroy());
    const { findings } = await probed(line, unit(1));
    expect(findings[0]?.text).toContain("another program holds the port");
  });

  test("somebody listens and never answers: what to check, in order", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).resume());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const line = { id: "l", transport: "tcp", host: "127.0.0.1", port } as const;
    const { outcome, findings, text } = await probed(line, unit(9), around({ deviceMs: 10 }));
    expect({ outcome, codes: codes(findings) }).toEqual({ outcome: "nothing", codes: ["silent"] });
    expect(text).toContain("Nothing answers at unit 9.\n  1. ");
  });
});
