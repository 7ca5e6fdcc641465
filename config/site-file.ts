import { z } from "zod";
import { decimal, pointId, span } from "../drivers/profile-form.ts";
import { certificateForm } from "./certificate-form.ts";
import { derivedForm } from "./derived-form.ts";
import { duration, host, name, ORIGIN, oneOf, path, size, timeOfDay, unitId, words } from "./forms.ts";
import { keySettings, suite } from "./key-settings.ts";

/** The site file as a person writes it. Closed: a key that is not here is a mistake, never ignored. */

export const bauds = [1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] as const;

const lineId = pointId.meta({ description: "Name of the line, for `devices`.", examples: ["analyzer"] });
const tcpHost = host.meta({ description: "Host name or address.", examples: ["192.168.1.20"] });
const tcpPort = z.int().min(1).max(65535).meta({ description: "TCP port." });
const baud = oneOf(bauds).meta({ description: "Baud rate." });

const serialPath = path.meta({
  description: "Serial port, best a name that stays.",
  examples: ["/dev/serial/by-id/usb-FTDI-if00"],
});
const parity = z.enum(["none", "even", "odd"]).meta({ description: "Parity." });
const dataBits = oneOf([7, 8]).meta({ description: "Data bits." });
const stopBits = oneOf([1, 2]).meta({ description: "Stop bits." });
const port8N1 = {
  path: serialPath,
  baud,
  parity: parity.default("none"),
  dataBits: dataBits.default(8),
  stopBits: stopBits.default(1),
};
const sideBaud = baud.describe("Baud rate of the serial side; it decides how long an answer may take.");

/** What every line has that is asked. */
const asked = {
  turnaround: duration("0ms", "1s")
    .exactOptional()
    .meta({
      description: "Pause between frames, where converters need more than the protocol asks for.",
      examples: ["5ms"],
    }),
  rebuild: duration("10s", "1h")
    .prefault("60s")
    .meta({ description: "A line that gave no good answer for so long is opened anew." }),
};
const checksum = z.boolean().default(false).meta({ description: "Whether the modules are set to check sums." });
/** What every line has that a logger pushes frames on. */
const pushed = {
  passwordFile: path.exactOptional().meta({ description: "File whose first line is the password (PW) of the frames." }),
  acknowledge: z
    .boolean()
    .default(true)
    .meta({ description: "Whether a frame that asks for it is acknowledged; nothing else is ever said to a logger." }),
};

const line = z.discriminatedUnion("transport", [
  z
    .strictObject({
      id: lineId,
      transport: z.enum(["tcp", "udp"]),
      host: tcpHost,
      port: tcpPort.default(502),
      ...asked,
    })
    .meta({ description: "Modbus TCP or UDP." }),
  z
    .strictObject({ id: lineId, transport: z.enum(["rtu", "ascii"]), ...port8N1, ...asked })
    .meta({ description: "Modbus RTU or ASCII on a serial port of this machine." }),
  z
    .strictObject({
      id: lineId,
      transport: z.literal("dlt645"),
      path: serialPath,
      baud: baud.default(2400),
      parity: parity.default("even"),
      dataBits: dataBits.default(8),
      stopBits: stopBits.default(1),
      ...asked,
    })
    .meta({ description: "Energy meters by DL/T 645 on a serial port of this machine." }),
  z
    .strictObject({
      id: lineId,
      transport: z.enum(["rtu-over-tcp", "ascii-over-tcp", "dlt645-over-tcp"]),
      host: tcpHost,
      port: tcpPort,
      baud: sideBaud,
      ...asked,
    })
    .meta({ description: "The same through a serial device server (not Modbus TCP)." }),
  z
    .strictObject({ id: lineId, transport: z.literal("dcon"), ...port8N1, checksum, ...asked })
    .meta({ description: "Analog modules by DCON on a serial port of this machine." }),
  z
    .strictObject({
      id: lineId,
      transport: z.literal("dcon-over-tcp"),
      host: tcpHost,
      port: tcpPort,
      baud: sideBaud,
      checksum,
      ...asked,
    })
    .meta({ description: "Analog modules by DCON through a serial device server." }),
  z
    .strictObject({ id: lineId, transport: z.literal("hj212"), ...port8N1, ...pushed })
    .meta({ description: "A data logger that pushes HJ 212 on a serial port of this machine." }),
  z
    .strictObject({ id: lineId, transport: z.literal("hj212-dial"), host: tcpHost, port: tcpPort, ...pushed })
    .meta({ description: "A data logger that waits for us to connect and then pushes HJ 212." }),
  z
    .strictObject({
      id: lineId,
      transport: z.literal("hj212-listen"),
      host: host.default("127.0.0.1").meta({ description: "Own address to listen on." }),
      port: tcpPort,
      allow: z
        .array(z.union([z.ipv4(), z.ipv6()]))
        .min(1)
        .exactOptional()
        .meta({ description: "Addresses that may connect; beyond loopback they and a password must be given." }),
      ...pushed,
    })
    .meta({ description: "A data logger that connects to us and pushes HJ 212." }),
]);

const override = z.strictObject({
  as: pointId.exactOptional().meta({ description: "Another id for the point here.", examples: ["dust"] }),
  quantity: z
    .string()
    .min(1)
    .max(40)
    .exactOptional()
    .meta({ description: "What is measured.", examples: ["dust"] }),
  code: z
    .string()
    .regex(/^[a-z]\d{5}$/)
    .exactOptional()
    .meta({ description: "Factor code of HJ 212-2017, Table B.2.", examples: ["a34013"] }),
  unit: z
    .string()
    .min(1)
    .max(12)
    .meta({ description: "Unit of the scaled value.", examples: ["mg/m3"] }),
  to: span.meta({
    description: "What the ends of the raw range stand for, as two decimal texts.",
    examples: [["0", "500"]],
  }),
  places: z.int().min(0).max(12).meta({ description: "Decimal places of the value." }),
  range: z
    .tuple([decimal, decimal])
    .readonly()
    .exactOptional()
    .meta({ description: "Plausible values; outside is flag T." }),
});

const device = z.strictObject({
  id: pointId.meta({ description: "Name of the device; its channels are `<id>.<point>`.", examples: ["cems"] }),
  line: z.string().meta({ description: "Id of the line it is on.", examples: ["analyzer"] }),
  unit: unitId
    .exactOptional()
    .meta({ description: "On Modbus and DCON: its unit id, on a serial Modbus line 1 to 247." }),
  address: z
    .string()
    .regex(/^[0-9]{12}$/)
    .exactOptional()
    .meta({
      title: "12 digits in quotes",
      description: "On DL/T 645: its address, as it is written on the meter.",
      examples: ["000012345678"],
    }),
  mn: z
    .string()
    .regex(/^[0-9A-Za-z]{1,24}$/)
    .exactOptional()
    .meta({
      title: "letters and digits, at most 24",
      description: "On HJ 212: the logger's own number (MN).",
      examples: ["010000A8900016F000169DC0"],
    }),
  profile: z
    .string()
    .meta({ description: "Which model it is: a file below drivers/profiles.", examples: ["sick/marsic300"] }),
  every: duration("100ms", "1h").meta({
    description: "How often it is polled, on a grid of the wall clock; of a logger, how often it pushes.",
    examples: ["1s"],
  }),
  settingsEvery: duration("10s", "24h").prefault("10m").meta({
    description: "How often its settings are read, where its profile names any; a change of one is an event.",
  }),
  points: z
    .array(z.string())
    .min(1)
    .exactOptional()
    .meta({ description: "Which of the profile's points are read; all, if left out.", examples: [["so2", "nox"]] }),
  engineering: z
    .record(z.string(), override)
    .exactOptional()
    .meta({ description: "For input modules: what the inputs stand for, by point id of the profile." }),
});

const tls = z.strictObject({
  ca: path.meta({ description: "Certificate authority of the broker, PEM." }),
  cert: path.exactOptional().meta({ description: "Own certificate, PEM." }),
  key: path.exactOptional().meta({ description: "Its key, PEM." }),
  serverName: host
    .exactOptional()
    .meta({ description: "Name in the broker's certificate, if not the host of `broker`." }),
});

export const siteFile = z
  .strictObject({
    site: z
      .strictObject({
        origin: z
          .string()
          .regex(ORIGIN)
          .meta({
            title: "letters, digits and . _ / -",
            description: "Name of the log, for ever; also the name of its key.",
            examples: ["dqs.example.cn/log/320102-p0001-s1-g1/1"],
          }),
        gateway: name.meta({ description: "MQTT client id and topic level.", examples: ["320102-p0001-s1-g1"] }),
        suite,
        plant: name.meta({ description: "Registered id of the plant.", examples: ["320102-p0001"] }),
        stack: name.meta({ description: "Registered id of the stack.", examples: ["s1"] }),
        device: z
          .strictObject({
            model: words.meta({ description: "Model of this gateway.", examples: ["EG-2"] }),
            sn: words.meta({ description: "Its serial number.", examples: ["GW-000117"] }),
          })
          .meta({ description: "This gateway." }),
      })
      .meta({ description: "Who this is; part of the first entry of the log." }),
    state: path.meta({ description: "Folder of key and journal.", examples: ["state"] }),
    key: keySettings.exactOptional().meta({ description: "Where the log key is, if not in `log.key` below `state`." }),
    seal: z
      .strictObject({
        every: duration("100ms", "60s")
          .prefault("10s")
          .meta({ description: "A checkpoint at the latest this long after an entry." }),
        entries: z
          .int()
          .min(1)
          .max(256)
          .default(64)
          .meta({ description: "Or after this many entries; sooner where they are long." }),
        anchor: duration("10s", "1h").prefault("5m").meta({
          description: "How often a cosignature of the service is embedded: later entries were made after it.",
        }),
        recheck: timeOfDay.prefault("19:00").meta({
          description: "When all entries are hashed again, each day; 19:00 UTC is 03:00 in China.",
        }),
      })
      .prefault({})
      .meta({ description: "When entries are signed, and compared with what was signed." }),
    quota: size("10MB")
      .prefault("2GB")
      .meta({ description: "What the journal may take of the disk.", examples: ["2GB"] }),
    retain: z
      .int()
      .min(12)
      .exactOptional()
      .meta({ description: "Months after which `prune` may remove polls; without it none is ever.", examples: [12] }),
    log: z
      .enum(["trace", "debug", "info", "warn", "error"])
      .default("info")
      .meta({ description: "How much is logged." }),
    profiles: path
      .exactOptional()
      .meta({ description: "Folder of own device profiles, beside the shipped ones.", examples: ["profiles"] }),
    feed: z
      .strictObject({
        broker: z
          .string()
          .regex(/^mqtts?:\/\/[^\s/@]+$/)
          .meta({
            title: "mqtt://HOST:PORT or mqtts://HOST:PORT",
            description: "MQTT broker; mqtts for TLS.",
            examples: ["mqtts://broker.example.cn:8883"],
          }),
        policy: path.meta({
          description: "Policy file (C2SP tlog-policy): whose receipts count.",
          examples: ["policy.txt"],
        }),
        tls: tls.exactOptional().meta({ description: "Certificates, with mqtts." }),
        username: z.string().min(1).exactOptional().meta({ description: "User name at the broker." }),
        passwordFile: path.exactOptional().meta({ description: "File whose first line is the password." }),
      })
      .exactOptional()
      .meta({ description: "Where entries are sent; without it they are only kept." }),
    lines: z.array(line).min(1).meta({ description: "Physical lines; one question at a time on each." }),
    devices: z.array(device).min(1).meta({ description: "Devices on the lines." }),
    certificate: certificateForm.exactOptional().meta({ description: "What is certified each month." }),
    derived: derivedForm.exactOptional().meta({ description: "What is made of the readings: averages and formulas." }),
  })
  .meta({ description: "Which site this is. Paths are relative to this file." });

export type SiteFile = z.output<typeof siteFile>;
export type DeviceFile = SiteFile["devices"][number];
export type Override = z.output<typeof override>;
