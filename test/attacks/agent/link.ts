/** Attacks between the agent and its service: forged answers, and a broker or a certificate that is not the right one. */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { onTestFinished } from "vitest";
import { readJournal } from "../../../agent/keep/reader.ts";
import { encodeNack } from "../../../feed/format/control.ts";
import { appendLines, cosignatureLine, openNote, signatureLine } from "../../../feed/format/note.ts";
import { sm2Pem, sm2SignerFromPem } from "../../../feed/format/sm/signer.ts";
import { newSm2Secret } from "../../../feed/format/sm/sm2.ts";
import { makePlant as makeWire } from "../../agent/send/plant.ts";
import { makePlant } from "../../end-to-end/plant.ts";
import { watchedLink } from "../../feed/link/support.ts";
import { testKeys } from "../../feed/receiver/service.ts";
import { certificateAuthority, type Pair } from "../../support/certificates.ts";
import { startMosquitto } from "../../support/mosquitto.ts";
import { tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";
import type { Performs } from "../attack.ts";

const openssl = (cwd: string, ...args: readonly string[]): void =>
  void execFileSync("openssl", args, { cwd, stdio: ["ignore", "ignore", "pipe"] });

/** Certificates of the right authority that are no longer good, and the list that says so of one of them. */
function noLongerGood(dir: string): { expired: Pair; revoked: Pair; list: string; ca: string; broker: Pair } {
  const authority = certificateAuthority(dir);
  const key = authority.ca.replace(/ca\.pem$/, "ca.key");
  const [expired, revoked] = [authority.issue("g1"), authority.issue("g2")];
  const request = ["x509", "-req", "-in", expired.cert.replace(/pem$/, "csr"), "-CA", authority.ca, "-CAkey", key];
  openssl(dir, ...request, "-CAcreateserial", "-days", "-1", "-out", expired.cert);
  writeFileSync(join(dir, "index.txt"), "");
  const settings = "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=2\n";
  writeFileSync(join(dir, "ca.cnf"), settings);
  const ca = ["ca", "-config", "ca.cnf", "-cert", authority.ca, "-keyfile", key];
  openssl(dir, ...ca, "-revoke", revoked.cert);
  openssl(dir, ...ca, "-gencrl", "-out", "crl.pem");
  return {
    expired,
    revoked,
    list: join(dir, "crl.pem"),
    ca: authority.ca,
    broker: authority.issue("broker", "127.0.0.1"),
  };
}

/** What a client with these certificates hears of the broker: the code, or "none" where it is let in. */
async function heard(url: string, tls: { readonly ca: string } & Partial<Pair>): Promise<string> {
  const { link, ups, downs } = watchedLink({ url, clientId: "g", tls });
  await until(() => downs.length > 0 || ups.length > 0, { what: "an answer of the broker" });
  await link.close();
  return ups.length > 0 ? "none" : (downs[0]?.failure.code ?? "none");
}

async function oldTls({ cert, key }: Pair): Promise<string> {
  const server = createServer({ maxVersion: "TLSv1.2", cert: readFileSync(cert), key: readFileSync(key) });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `mqtts://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The real agent with a certificate of another authority: it is told so, and keeps what it reads. */
async function agentKeepsOn(port: number, ca: string, other: Pair): Promise<boolean> {
  const plant = await makePlant({ brokerPort: port, every: "100ms", seed: 9 });
  const tls = `tls: { ca: ${ca}, cert: ${other.cert}, key: ${other.key} }`;
  const site = readFileSync(plant.site, "utf8");
  writeFileSync(plant.site, site.replace(/broker: mqtt:(\S+)/, `broker: mqtts:$1\n  ${tls}`));
  const agent = plant.runAgent();
  await agent.line(/"code":"E_LINK_TLS"/);
  await agent.line(/"msg":"collecting"/, { within: 60_000 }); // it gives the service time to answer first
  const size = (): number => {
    const journal = readJournal(join(plant.dir, "agent", "state", "journal"));
    const head = journal.head().size;
    journal.close();
    return head;
  };
  const before = size();
  await until(() => size() > before + 10, { what: "more entries" });
  return (await agent.stop()).code === 0;
}

export const linkAttacks: Performs = {
  T43: async () => {
    const plant = makeWire();
    const codes: string[] = [];
    plant.grow(10);
    plant.start({ onRefused: ({ code }) => codes.push(code), onNack: ({ code }) => codes.push(`taken ${code}`) });
    await plant.up();
    const settled = plant.journal.mirrored();
    plant.serviceUp = false;
    plant.grow(5);
    const { note } = plant.journal.latestCheckpoint() ?? { note: Buffer.alloc(0) };
    const [text = ""] = note.toString().split("\n\n");
    const stranger = testKeys();
    const forger = {
      vkey: plant.policy.witnesses.at(-1)?.vkey ?? stranger.mirror.vkey,
      sign: () => Buffer.alloc(64, 1),
    };
    const forged = cosignatureLine(`${text}\n`, forger, 2_000_000_000);
    await plant.inject("ack", Buffer.from(appendLines(note.toString(), [forged])));
    const { origin } = plant.journal;
    const nack = {
      code: "SEQ_GAP",
      for: origin,
      have: 0,
      want: [[0, 11] as const],
      nonce: "ab",
      t: "2026-01-01T00:00:00Z",
    };
    await plant.inject("ctl", encodeNack(nack, stranger.control));
    return plant.journal.mirrored() === settled && codes.every((code) => code === "ACK_SIG") ? codes : [];
  },
  T49: async () => {
    const dir = tempDir();
    chmodSync(dir, 0o755);
    const { expired, revoked, list, ca, broker } = noLongerGood(dir);
    const tls = [`cafile ${ca}`, `certfile ${broker.cert}`, `keyfile ${broker.key}`, `crlfile ${list}`];
    const { port } = await startMosquitto([...tls, "require_certificate true"]);
    const url = `mqtts://127.0.0.1:${port}`;
    const other = certificateAuthority(tempDir(), "other").issue("g");
    const codes = [
      await heard(url, { ca, ...expired }),
      await heard(url, { ca, ...revoked }),
      await heard(url, { ca, ...other }),
      await heard(await oldTls(broker), { ca }),
    ];
    const keeps = await agentKeepsOn(port, ca, other);
    return keeps && codes.every((code) => code === "E_LINK_TLS") ? codes : ["none"];
  },
  T50: () => {
    const dir = tempDir();
    const at = (name: string): string => join(dir, name);
    const pem = sm2Pem(newSm2Secret());
    const signer = sm2SignerFromPem("test.example.cn/log/1/sm3", pem);
    writeFileSync(at("key.pem"), pem);
    const text = "test.example.cn/log/1/sm3\n7\nAAAA\n";
    writeFileSync(at("text"), text);
    const signed = (...id: readonly string[]): string => {
      openssl(
        dir,
        "pkeyutl",
        "-sign",
        "-inkey",
        "key.pem",
        "-rawin",
        "-digest",
        "sm3",
        ...id,
        "-in",
        "text",
        "-out",
        "sig",
      );
      const made = execFileSync("openssl", ["asn1parse", "-inform", "DER", "-in", at("sig")]).toString();
      const [r, s] = [...made.matchAll(/INTEGER\s+:([0-9A-F]+)/g)].map(([, value]) => value?.padStart(64, "0"));
      const note = appendLines(`${text}\n`, [
        signatureLine(text, { ...signer, sign: () => Buffer.from(`${r}${s}`, "hex") }),
      ]);
      const open = openNote(Buffer.from(note), [signer.vkey]);
      return open.ok ? "none" : open.problem.code;
    };
    // The same key with the id of the standard is accepted: it is the id alone that is refused.
    return signed("-pkeyopt", "distid:1234567812345678") === "none" ? [signed()] : [];
  },
};
