import { chmodSync, copyFileSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { watchedLink } from "../feed/link/support.ts";
import { type Authority, certificateAuthority } from "../support/certificates.ts";
import { type Mosquitto, startMosquitto } from "../support/mosquitto.ts";
import { needs } from "../support/system.ts";
import { tempDir } from "../support/temporary.ts";
import { until } from "../support/until.ts";

interface SecureBroker {
  readonly broker: Mosquitto;
  readonly url: string;
  readonly authority: Authority;
  readonly dir: string;
}

/** A broker that wants client certificates of its authority. */
async function secureBroker(host = "127.0.0.1", lines: readonly string[] = []): Promise<SecureBroker> {
  const dir = tempDir();
  chmodSync(dir, 0o755);
  const authority = certificateAuthority(dir);
  const { cert, key } = authority.issue("broker", host);
  const tls = [`cafile ${authority.ca}`, `certfile ${cert}`, `keyfile ${key}`, "require_certificate true"];
  const broker = await startMosquitto([...tls, ...lines]);
  return { broker, url: `mqtts://127.0.0.1:${broker.port}`, authority, dir };
}

needs("mosquitto", "openssl").describe("TLS with mosquitto", () => {
  test("1.3, with a certificate on both sides", async () => {
    const { url, authority, broker } = await secureBroker("127.0.0.1", ["use_identity_as_username true"]);
    const client = authority.issue("gateway-7");
    const { link, ups } = watchedLink({ url, clientId: "gateway-7", tls: { ca: authority.ca, ...client } });
    await until(() => ups.length > 0);
    expect((await link.send("t", Buffer.from("x"))).delivered).toBe(true);
    expect(broker.log()).toContain("u'gateway-7'");
  });

  test("the broker's name may be another than its address", async () => {
    const { url, authority } = await secureBroker("mqtt.example.cn");
    const tls = { ca: authority.ca, ...authority.issue("g") };
    const wrong = watchedLink({ url, clientId: "wrong", tls });
    const right = watchedLink({ url, clientId: "right", tls: { ...tls, servername: "mqtt.example.cn" } });
    await until(() => right.ups.length > 0 && wrong.downs.length > 0);
    expect(wrong.downs[0]?.failure.code).toBe("E_LINK_TLS");
    expect(wrong.ups).toEqual([]);
  });

  test.each(["a client without certificate", "a client of another authority", "a broker of another authority"])(
    "%s is E_LINK_TLS, again and again",
    async (what) => {
      const { url, authority } = await secureBroker();
      const other = certificateAuthority(tempDir(), "other");
      const tls = {
        "a client without certificate": { ca: authority.ca },
        "a client of another authority": { ca: authority.ca, ...other.issue("g") },
        "a broker of another authority": { ca: other.ca, ...authority.issue("g") },
      }[what];
      const { ups, downs } = watchedLink({ url, clientId: "g", tls: tls ?? { ca: "" } });
      await until(() => downs.length > 1);
      expect([...new Set(downs.map(({ failure }) => failure.code))]).toEqual(["E_LINK_TLS"]);
      expect(ups).toEqual([]);
    },
  );

  test("a broker with TLS 1.2 only is E_LINK_TLS", async () => {
    const authority = certificateAuthority(tempDir());
    const { cert, key } = authority.issue("broker", "127.0.0.1");
    // mosquitto cannot be held to an older version: its tls_version is a minimum.
    const server = createServer({ maxVersion: "TLSv1.2", cert: readFileSync(cert), key: readFileSync(key) });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { downs } = watchedLink({ url: `mqtts://127.0.0.1:${port}`, clientId: "g", tls: { ca: authority.ca } });
    await until(() => downs.length > 0);
    expect(downs[0]?.failure.code).toBe("E_LINK_TLS");
  });

  test("a key file that cannot be read is E_LINK_FILE, and may come later", async () => {
    const { url, authority } = await secureBroker();
    const { cert, key } = authority.issue("g");
    chmodSync(key, 0o600);
    const gone = watchedLink({ url, clientId: "g", tls: { ca: authority.ca, cert, key: `${key}.missing` } });
    await until(() => gone.downs.length > 1);
    expect(gone.downs[0]?.failure).toEqual({
      code: "E_LINK_FILE",
      detail: `${key}.missing cannot be read (ENOENT)`,
    });
    copyFileSync(key, `${key}.missing`);
    await until(() => gone.ups.length > 0);
  });
});
