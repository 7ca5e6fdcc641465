import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeVkey, parseVkey } from "../../../feed/format/vkey.ts";
import { logSigner } from "./sample-log.ts";

const P = 2n ** 255n - 19n;

function encode(y: bigint, sign: 0 | 1): Buffer {
  const bytes = Buffer.from(y.toString(16).padStart(64, "0"), "hex").reverse();
  bytes[31] = (bytes[31] as number) | (sign << 7);
  return bytes;
}

/** Edwards arithmetic of RFC 8032, 5.1.4, in plain: to find the points of small order by their definition. */
function smallOrderYs(): bigint[] {
  const pow = (base: bigint, exponent: bigint): bigint => {
    let [result, b, e] = [1n, base % P, exponent];
    for (; e > 0n; e >>= 1n, b = (b * b) % P) if (e & 1n) result = (result * b) % P;
    return result;
  };
  const inverse = (n: bigint): bigint => pow(((n % P) + P) % P, P - 2n);
  const d = ((P - 121665n) * inverse(121666n)) % P;
  // Doubling a point of order 8 gives order 4, which has y = 0: with x^2 = -y^2, so y^4 d + 2 y^2 - 1 = 0 and y^2 = (-1 +- sqrt(1 + d)) / d.
  const root = (n: bigint): bigint | undefined => {
    const guess = pow(n, (P + 3n) / 8n);
    return [guess, (guess * pow(2n, (P - 1n) / 4n)) % P].find((r) => (r * r) % P === n % P);
  };
  const s = root(1n + d) as bigint;
  const ys = [s, P - s].map((r) => root(((r - 1n + P) * inverse(d)) % P)).filter((y) => y !== undefined);
  return [0n, 1n, P - 1n, ...ys.flatMap((y) => [y, P - y])];
}

const identity = encode(1n, 0);

describe("a verifier key", () => {
  it("reads back as what it says", () => {
    const read = parseVkey(logSigner.vkey.text);
    expect(read.ok && read.value.text).toBe(logSigner.vkey.text);
    expect(read.ok && read.value.key.equals(logSigner.vkey.key)).toBe(true);
  });

  it("is refused with any character changed", () => {
    const { text } = logSigner.vkey;
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(..."+/=aZ09 \n"), (at, by) => {
        const changed = text.slice(0, at) + by + text.slice(at + 1);
        if (changed !== text) expect(parseVkey(changed)).toMatchObject({ problem: { code: "KEY_UNKNOWN" } });
      }),
    );
  });

  it.each(["", "a", "a+00000000", "a+00000000+", "a b+00000000+AQ==", `${logSigner.vkey.text}\n`])(
    "is not %j",
    (text) => {
      expect(parseVkey(text)).toMatchObject({ ok: false, problem: { code: "KEY_UNKNOWN" } });
    },
  );

  it("is refused for a signature type that is not known here", () => {
    const typed = Buffer.concat([Buffer.from([2]), logSigner.vkey.key]).toString("base64");
    expect(parseVkey(`a+00000000+${typed}`)).toMatchObject({ ok: false });
  });
});

describe("a key under which anybody can sign", () => {
  it("exists: the identity verifies one signature for every message", () => {
    const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), identity]);
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    const forged = Buffer.concat([identity, Buffer.alloc(32)]);
    expect(verify(null, Buffer.from("any message"), key, forged)).toBe(true);
  });

  it("is refused in all encodings", () => {
    const canonical = smallOrderYs().flatMap((y) => [encode(y, 0), encode(y, 1)]);
    const unreduced = [P, P + 1n].flatMap((y) => [encode(y, 0), encode(y, 1)]);
    expect([...canonical, ...unreduced]).toHaveLength(14);
    for (const key of [...canonical, ...unreduced]) {
      expect(() => makeVkey("a", 1, key), key.toString("hex")).toThrow(
        expect.objectContaining({ code: "KEY_UNKNOWN" }),
      );
    }
  });

  it("is refused where the point is not in canonical form", () => {
    expect(() => makeVkey("a", 1, encode(P + 5n, 0))).toThrow("canonical");
  });
});
