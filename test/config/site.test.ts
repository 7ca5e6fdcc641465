import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { channels } from "../../config/channels.ts";
import { loadSite } from "../../config/load.ts";
import type { Site } from "../../config/site.ts";
import { loadCatalogue } from "../../drivers/catalogue.ts";
import { scaleRaw } from "../../drivers/decimal.ts";
import { readYaml } from "../../feed/yaml/read.ts";
import { modbusProfiles } from "../support/modbus-profiles.ts";
import { tempDir } from "../support/temporary.ts";

const catalogue = loadCatalogue();
const models = modbusProfiles();
const head = `site:
  origin: log/1
  gateway: g1
  plant: p1
  stack: s1
  device: { model: EG-2, sn: "17" }
state: state
`;
const lines = `lines:
  - { id: bus, transport: rtu, path: /dev/ttyS0, baud: 9600 }
`;
const write = (dir: string, text: string): string => {
  const file = join(dir, "site.yaml");
  writeFileSync(file, text);
  return file;
};
function load(text: string): Site {
  const site = loadSite(write(tempDir(), text), catalogue);
  if (!site.ok) throw new Error(JSON.stringify(site.problem));
  return site.value;
}
const withDevice = (device: string): Site =>
  load(`${head}${lines}devices:\n  - { id: ai, line: bus, every: 500ms, ${device} }\n`);

test("names that are signed are composed as entries have to be, however they were typed", () => {
  const { device } = load(
    `${head.replace("EG-2", "Mu\u0308ller")}${lines}devices:\n  - { id: m, line: bus, every: 1s, unit: 1, profile: suto/s430 }\n`,
  );
  expect(device.model).toBe("M\u00fcller");
});

const examples = join(import.meta.dirname, "../../config/examples");
const exampleFiles = readdirSync(examples).filter((name) => name.endsWith(".yaml"));
test("there are examples", () => expect(exampleFiles).toContain("power-unit.yaml"));
test.each(exampleFiles)("the example %s has no problem", (name) => {
  expect(loadSite(join(examples, name), catalogue)).toMatchObject({ ok: true });
});

test("the power unit's meters are those of the simulator's scenario", () => {
  const site = loadSite(join(examples, "power-unit.yaml"), catalogue);
  if (!site.ok) throw new Error("see the test above");
  const lineOf = (id: string) => site.value.lines.find((line) => line.id === id);
  const asked = site.value.devices.map(({ line, address, profile }) => {
    const { transport, ...settings } = lineOf(line) ?? { transport: "none" };
    return [transport, "port" in settings ? settings.port : undefined, Number(address), profile.id.split("/")[1]];
  });
  const scenario = readFileSync(join(examples, "../../simulator/scenarios/power-unit.yaml"), "utf8");
  const simulated = z
    .object({ lines: z.array(z.object({ transport: z.string(), port: z.int().optional(), meters: z.array(meter) })) })
    .parse(readYaml(scenario).value)
    .lines.flatMap(({ transport, port, meters }) => meters.map(({ unit, model }) => [transport, port, unit, model]));
  expect(asked).toEqual(simulated);
});
const meter = z.object({ unit: z.int(), model: z.string() });

test("a short site has all its defaults", () => {
  const dir = tempDir();
  const text = `${head}${lines}devices:\n  - { id: m, line: bus, unit: 3, profile: eastron/sdm630, every: 2m, points: [power] }\n`;
  const file = write(dir, text);
  const site = loadSite(file, catalogue);
  expect(site.ok && { ...site.value, devices: site.value.devices.length }).toEqual({
    file,
    sha256: createHash("sha256").update(text).digest("base64"),
    origin: "log/1",
    suite: "sha256",
    gateway: "g1",
    plant: "p1",
    stack: "s1",
    device: { model: "EG-2", sn: "17" },
    state: join(dir, "state"),
    seal: { every: 10_000, entries: 64, anchor: 300_000, recheck: 68_400_000 },
    quota: 2_000_000_000,
    log: "info",
    lines: [
      {
        id: "bus",
        transport: "rtu",
        path: "/dev/ttyS0",
        baud: 9600,
        parity: "none",
        dataBits: 8,
        stopBits: 1,
        rebuild: 60_000,
      },
    ],
    devices: 1,
  });
});

test("every path is absolute, from the folder of the file", () => {
  const dir = tempDir();
  const feed = `feed:
  broker: mqtts://b:8883
  policy: policy.txt
  tls: { ca: tls/ca.pem, cert: /etc/cert.pem, key: key.pem, serverName: broker }
  username: u
  passwordFile: pw
`;
  const device = "devices:\n  - { id: m, line: bus, unit: 1, profile: suto/s430, every: 1h }\n";
  const site = loadSite(write(dir, head + feed + lines + device), catalogue);
  expect(site.ok && site.value.feed).toEqual({
    broker: "mqtts://b:8883",
    policy: join(dir, "policy.txt"),
    tls: { ca: join(dir, "tls/ca.pem"), cert: "/etc/cert.pem", key: join(dir, "key.pem"), servername: "broker" },
    username: "u",
    passwordFile: join(dir, "pw"),
  });
});

describe("a device", () => {
  test("has the chosen points of its profile, in the profile's order, and all of them if none is chosen", () => {
    const ids = (site: Site) => site.devices[0]?.profile.points.map(({ id }) => id);
    expect(ids(withDevice("unit: 1, profile: thermo/42i, points: [nox, 'no']"))).toEqual(["no", "nox"]);
    expect(ids(withDevice("unit: 1, profile: thermo/42i"))).toEqual(["no", "no2", "nox"]);
  });

  test("keeps the states that concern its points", () => {
    const site = withDevice("unit: 1, profile: sick/marsic300, points: [so2]");
    expect(site.devices[0]?.profile.status.length).toBe(7);
  });

  test("that is an input module is scaled as the site says, and the shipped profile stays as it is", () => {
    const before = JSON.stringify([...catalogue.profiles]);
    const site = withDevice(`unit: 2, profile: generic/plc-6400-32000, points: [ai1, ai4, ai5],
      engineering: { ai1: { as: h2o, quantity: H2O, code: a01014, unit: "%", to: ["0", "40"], places: 3, range: ["0", "40"] },
                     ai4: { as: temperature, unit: °C, to: ["0", "300"], places: 2 } }`);
    const device = site.devices[0];
    if (!device) throw new Error("no device");
    expect(channels(device)).toEqual({
      "ai.h2o": ["%", "2:3:0009:int16:ABCD", "6400:32000:0:40", 3],
      "ai.temperature": ["°C", "2:3:000c:int16:ABCD", "6400:32000:0:300", 2],
      "ai.ai5": ["mA", "2:3:000d:int16:ABCD", "6400:32000:4:20", 3],
    });
    const [h2o, temperature] = device.profile.points;
    expect(h2o).toMatchObject({
      id: "h2o",
      quantity: "H2O",
      code: "a01014",
      range: ["0", "40"],
      rawRange: ["5760", "33600"],
    });
    expect(scaleRaw(0x27ff, h2o?.scale ?? "", h2o?.places ?? 0)).toBe("5.998");
    expect(scaleRaw(0x3430, temperature?.scale ?? "", temperature?.places ?? 0)).toBe("81.56");
    expect(JSON.stringify([...catalogue.profiles])).toBe(before);
  });

  test("a state that names values follows their new names", () => {
    const shipped = models.get("generic/plc-6400-32000");
    if (!shipped) throw new Error("no profile");
    const status = shipped.status.map((state) => ({ ...state, points: ["ai1", "ai2"] }));
    const own = { ...catalogue, profiles: new Map([["acme/plc", { ...shipped, id: "acme/plc", status }]]) };
    const device = `devices:
  - id: ai
    line: bus
    unit: 2
    every: 1s
    profile: acme/plc
    points: [ai1]
    engineering: { ai1: { as: h2o, unit: "%", to: ["0", "40"], places: 1 } }
`;
    const site = loadSite(write(tempDir(), head + lines + device), own);
    expect(site.ok && site.value.devices[0]?.profile.status[0]?.points?.[0]).toBe("h2o");
  });
});

test("a string's source says how long it is", () => {
  const profile = models.get("suto/s430");
  const [first] = profile?.points ?? [];
  if (!profile || !first) throw new Error("no profile");
  const text = { ...first, id: "serial", type: "string" as const, length: 8, order: "BADC" as const };
  const device = {
    ...withDevice("unit: 1, profile: suto/s430").devices[0],
    id: "d",
    address: "1",
  } as Site["devices"][number];
  expect(channels({ ...device, profile: { ...profile, points: [text] } })["d.serial"]?.[1]).toBe(
    "1:3:0000:string8:BADC",
  );
});

test("a site file that is not there is a problem, not an exception", () => {
  const site = loadSite("/nowhere/site.yaml", catalogue);
  expect(site.ok ? [] : site.problem.map(({ code, message }) => [code, message])).toEqual([
    ["E_CONFIG_READ", "cannot be read (ENOENT)"],
  ]);
});

test("a device whose map does not fit into one entry is refused", () => {
  const profile = models.get("eastron/sdm630");
  const [first] = profile?.points ?? [];
  if (!profile || !first) throw new Error("no profile");
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      ...first,
      id: `p${i}`,
      at: { table: "input" as const, address: 4 * i },
    }));
  const device = "devices:\n  - { id: m, line: bus, unit: 1, profile: acme/big, every: 1s }\n";
  const codes = (count: number) => {
    const own = {
      ...catalogue,
      profiles: new Map([["acme/big", { ...profile, id: "acme/big", points: many(count) }]]),
    };
    const site = loadSite(write(tempDir(), head + lines + device), own);
    return site.ok ? [] : site.problem.map(({ code }) => code);
  };
  expect(codes(400)).toEqual(["E_CONFIG_SIZE"]);
  expect(codes(150)).toEqual([]);
});

test("two ports of one host are two lines; the same host and port is one, however it is written", () => {
  const codes = (second: string, first = "Meter.local") => {
    const both = `lines:\n  - { id: a, transport: tcp, host: ${first} }\n  - { id: b, transport: tcp, ${second} }\n`;
    const device = "devices:\n  - { id: m, line: a, unit: 1, profile: suto/s430, every: 1s }\n";
    const site = loadSite(write(tempDir(), head + both + device), catalogue);
    return site.ok ? [] : site.problem.map(({ code }) => code);
  };
  expect(codes("host: meter.local, port: 503")).toEqual([]);
  expect(codes("host: meter.local, port: 502")).toEqual(["E_CONFIG_DUPLICATE"]);
  expect(codes("host: meter.local")).toEqual(["E_CONFIG_DUPLICATE"]);
  expect(codes("host: 0.0.0.0", "127.0.0.1")).toEqual(["E_CONFIG_DUPLICATE"]);
});
