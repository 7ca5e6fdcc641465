import { z } from "zod";
import { toleranceIds } from "../derive/difference.ts";
import { GATEWAY } from "../format/topics.ts";
import { KEY_NAME } from "../format/vkey.ts";

/** receiver.yaml as a person writes it. Closed: a key that is not here is a mistake, never ignored. */

const path = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,1000}$/u)
  .meta({ title: "a path without control characters" });

export const gatewayRow = z.strictObject({
  id: z
    .string()
    .regex(GATEWAY)
    .meta({ title: "letters, digits and . _ -, at most 64", examples: ["320102-p0001-s1-g1"] }),
  log: z.string().meta({ description: "the verifier key NAME+ID+KEY, as `cems-agent init` prints it" }),
  until: z.int().min(0).exactOptional().meta({ title: "the last tree size this key may sign, such as 480" }),
  revoked: z.boolean().exactOptional(),
});

export const settingsFile = z.strictObject({
  name: z
    .string()
    .regex(KEY_NAME)
    .meta({ title: "a domain without spaces and without +", examples: ["dqs.example.cn"] }),
  keys: path.meta({ description: "the folder of the keys", examples: ["keys"] }),
  ledger: path.meta({ description: "the file of the ledger", examples: ["ledger.db"] }),
  broker: z.strictObject({
    url: z.string().meta({
      title: "mqtt://HOST:PORT or mqtts://HOST:PORT",
      examples: ["mqtts://broker.example.cn:8883"],
    }),
    clientId: z.string().min(1).max(64).default("cems-receiver").meta({ title: "a text of 1 to 64 characters" }),
    username: z.string().min(1).exactOptional(),
    passwordFile: path.exactOptional(),
    tls: z
      .strictObject({
        ca: path.meta({ description: "certificate authority of the broker, PEM", examples: ["ca.pem"] }),
        cert: path.exactOptional(),
        key: path.exactOptional(),
        servername: z.string().min(1).exactOptional(),
      })
      .exactOptional(),
  }),
  register: z
    .strictObject({
      file: path.meta({ description: "the signed register", examples: ["register.note"] }),
      key: z.string().meta({ description: "the registry's verifier key NAME+ID+KEY, as `registry init` printed it" }),
    })
    .exactOptional(),
  gateways: z.array(gatewayRow).default([]),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
  recompute: z
    .strictObject({
      share: z
        .number()
        .min(0)
        .max(1)
        .default(0.1)
        .meta({ title: "a share of 0 to 1", examples: [0.1] }),
      tolerances: z.enum(toleranceIds).default("exact"),
    })
    .prefault({}),
});

export type SettingsFile = z.output<typeof settingsFile>;
