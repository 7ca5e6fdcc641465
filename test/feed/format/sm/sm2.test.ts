import { execFileSync } from "node:child_process";
import { createECDH, hash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { basePoint, curve, onCurve, type Point, xOfSum } from "../../../../feed/format/sm/curve.ts";
import {
  newSm2Secret,
  pointOf,
  SM2_ID,
  sm2Digest,
  sm2PublicKey,
  sm2Sign,
  sm2SignWith,
  sm2Verify,
  sm2VerifyDigest,
  sm3,
} from "../../../../feed/format/sm/sm2.ts";
import { needs } from "../../../support/system.ts";

/** GB/T 32918.5-2017, Annex A.2: the signature of "message digest" on the recommended curve. */
const example = {
  d: "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
  x: "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
  y: "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
  e: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640",
  k: "59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21",
  r: "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3",
  s: "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
};
const message = Buffer.from("message digest");
const hex = (text: string): Buffer => Buffer.from(text, "hex");
const publicKey = hex(`04${example.x}${example.y}`);
const signature = hex(example.r + example.s);
const number = (text: string): bigint => BigInt(`0x${text}`);
const bytes32 = (value: bigint): Buffer => hex(value.toString(16).padStart(64, "0"));

describe("the example of GB/T 32918.5", () => {
  it("has the public key and the digest that are printed there", () => {
    expect(sm2PublicKey(hex(example.d))?.toString("hex")).toBe(publicKey.toString("hex"));
    expect(sm2Digest(message, publicKey).toString("hex")).toBe(example.e);
  });

  it("comes out bit for bit with the k that is printed there", () => {
    const made = sm2SignWith(number(example.e), number(example.d), number(example.k));
    expect(made?.toString("hex")).toBe(example.r + example.s);
  });

  it("verifies", () => {
    expect(sm2Verify(message, publicKey, signature)).toBe(true);
  });
});

describe("SM3", () => {
  // GB/T 32905-2016, Annex A.1
  it("of abc is the one of the standard", () => {
    expect(sm3(Buffer.from("abc")).toString("hex")).toBe(
      "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    );
    expect(sm3(Buffer.from("abc")).toString("hex")).not.toBe(hash("sha256", "abc"));
  });
});

describe("a signature of SM2", () => {
  const secret = newSm2Secret();
  const key = sm2PublicKey(secret) as Buffer;

  it("verifies for every message, and for no other message or key", () => {
    const otherKey = sm2PublicKey(newSm2Secret()) as Buffer;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (text) => {
        const made = sm2Sign(Buffer.from(text), secret);
        expect(made).toHaveLength(64);
        expect(sm2Verify(Buffer.from(text), key, made)).toBe(true);
        expect(sm2Verify(Buffer.from([...text, 0]), key, made)).toBe(false);
        expect(sm2Verify(Buffer.from(text), otherKey, made)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it("is refused with any bit flipped", () => {
    fc.assert(
      fc.property(fc.nat(511), (bit) => {
        const changed = Buffer.from(signature);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(sm2Verify(message, publicKey, changed)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("is refused where it is longer, shorter, DER or empty", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (tail) => {
        if (tail.length !== 0) expect(sm2Verify(message, publicKey, Buffer.concat([signature, tail]))).toBe(false);
        if (tail.length < 64) expect(sm2Verify(message, publicKey, signature.subarray(0, tail.length))).toBe(false);
      }),
    );
    expect(sm2Verify(message, publicKey, der(signature))).toBe(false);
  });

  it("has no second form: r + n, s + n and the mirrored s are refused", () => {
    const [r, s] = [number(example.r), number(example.s)];
    const { n } = curve;
    const pairs = [
      [r, n - s],
      [n - r, s],
      [r, (s + r) % n],
      [s, r],
    ] as const;
    for (const [a, b] of pairs) {
      expect(sm2Verify(message, publicKey, Buffer.concat([bytes32(a), bytes32(b)]))).toBe(false);
    }
  });

  it("is refused with s + n in place of a small s, which the equation alone would take", () => {
    // Any r, s and d are a signature of one digest: k = s(1 + d) + r d, and e = r - x(k*G).
    const { n } = curve;
    const [r, s, d] = [number(example.r), 12_345n, number(example.d)];
    const k = (s * (1n + d) + r * d) % n;
    const x = number((sm2PublicKey(bytes32(k)) as Buffer).subarray(1, 33).toString("hex"));
    const digest = (((r - x) % n) + n) % n;
    const q = pointOf(publicKey) as Point;
    expect(sm2VerifyDigest(digest, q, Buffer.concat([bytes32(r), bytes32(s)]))).toBe(true);
    expect(sm2VerifyDigest(digest, q, Buffer.concat([bytes32(r), bytes32(s + n)]))).toBe(false);
  });

  it.each([
    ["r = 0", 0n, number(example.s)],
    ["s = 0", number(example.r), 0n],
    ["r = n", curve.n, number(example.s)],
    ["s = n", number(example.r), curve.n],
    ["r + s = n", number(example.r), curve.n - number(example.r)],
    ["both 0", 0n, 0n],
  ])("is refused for %s", (_, r, s) => {
    expect(sm2Verify(message, publicKey, Buffer.concat([bytes32(r), bytes32(s)]))).toBe(false);
  });

  it("wants another k where k is out of range or r + k = n", () => {
    const [e, d] = [number(example.e), number(example.d)];
    for (const k of [0n, curve.n, curve.n + 1n]) expect(sm2SignWith(e, d, k)).toBeUndefined();
    const k = 7n;
    const x = number((sm2PublicKey(bytes32(k)) as Buffer).subarray(1, 33).toString("hex"));
    const modulo = (value: bigint) => ((value % curve.n) + curve.n) % curve.n;
    expect(sm2SignWith(modulo(-x), d, k)).toBeUndefined();
    expect(sm2SignWith(modulo(-x - k), d, k)).toBeUndefined();
  });
});

describe("a public key of SM2", () => {
  it("is refused where it is not a point of the curve, or is infinity", () => {
    const off = Buffer.from(publicKey);
    off[64] = (off[64] as number) ^ 1;
    const compressed = Buffer.concat([Buffer.from([3]), publicKey.subarray(1, 33)]);
    const zero = Buffer.concat([Buffer.from([4]), Buffer.alloc(64)]);
    for (const bad of [off, compressed, zero, Buffer.from([0]), Buffer.alloc(0), publicKey.subarray(0, 64)]) {
      expect(pointOf(bad), bad.toString("hex")).toBeUndefined();
      expect(sm2Verify(message, bad, signature)).toBe(false);
    }
    expect(onCurve({ x: basePoint.x + curve.p, y: basePoint.y })).toBe(false);
    expect(onCurve(basePoint)).toBe(true);
  });

  it("is made of 1 to n - 2 only", () => {
    for (const bad of [0n, curve.n - 1n, curve.n]) expect(sm2PublicKey(bytes32(bad))).toBeUndefined();
    expect(sm2PublicKey(bytes32(curve.n - 2n))).toBeDefined();
    expect(sm2PublicKey(Buffer.alloc(31, 1))).toBeUndefined();
    expect(() => sm2Sign(message, Buffer.alloc(32))).toThrow(RangeError);
  });
});

describe("the arithmetic", () => {
  const scalar = fc.bigInt({ min: 1n, max: curve.n - 2n });
  const product = (k: bigint) => {
    const ecdh = createECDH("SM2");
    ecdh.setPrivateKey(bytes32(k));
    return ecdh.getPublicKey();
  };

  it("adds and multiplies as OpenSSL does", () => {
    fc.assert(
      fc.property(scalar, scalar, scalar, (s, t, q) => {
        const sum = (s + t * q) % curve.n;
        if (sum === 0n) return;
        const point = pointOf(product(q));
        expect(point && xOfSum(s, t, point)).toBe(number(product(sum).subarray(1, 33).toString("hex")));
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ["doubles where both points are one", 1n, 1n, 1n, 2n],
    ["adds a point to its double", 2n, 1n, 1n, 3n],
    ["leaves out a factor of 0", 5n, 0n, 9n, 5n],
  ])("%s", (_, s, t, q, sum) => {
    expect(xOfSum(s, t, pointOf(product(q)) as Point)).toBe(number(product(sum).subarray(1, 33).toString("hex")));
  });

  it("knows infinity: s*G + t*Q of opposite points", () => {
    const minus = { x: basePoint.x, y: curve.p - basePoint.y };
    expect(xOfSum(1n, 1n, minus)).toBeUndefined();
    expect(xOfSum(3n, 3n, minus)).toBeUndefined();
  });
});

needs("openssl").describe("the openssl command line", () => {
  const dir = mkdtempSync(join(tmpdir(), "cems-sm2-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): Buffer => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });
  const spki = hex("3059301306072a8648ce3d020106082a811ccf5501822d034200");
  const options = ["-rawin", "-digest", "sm3", "-pkeyopt", `distid:${SM2_ID}`];

  it("accepts our signatures", () => {
    const secret = newSm2Secret();
    writeFileSync(at("pub.der"), Buffer.concat([spki, sm2PublicKey(secret) as Buffer]));
    openssl("pkey", "-pubin", "-inform", "DER", "-in", at("pub.der"), "-out", at("pub.pem"));
    for (const text of ["", "a", "note\n7\nroot\n"]) {
      writeFileSync(at("text"), text);
      writeFileSync(at("sig"), der(sm2Sign(Buffer.from(text), secret)));
      const said = openssl(
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        at("pub.pem"),
        ...options,
        "-in",
        at("text"),
        "-sigfile",
        at("sig"),
      );
      expect(said.toString()).toContain("Verified Successfully");
    }
  });

  it("makes signatures that we accept", () => {
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", at("key.pem"));
    openssl("pkey", "-in", at("key.pem"), "-pubout", "-outform", "DER", "-out", at("theirs.der"));
    const theirs = openssl("pkey", "-in", at("key.pem"), "-pubout", "-outform", "DER").subarray(-65);
    writeFileSync(at("text"), message);
    for (let i = 0; i < 4; i++) {
      openssl("pkeyutl", "-sign", "-inkey", at("key.pem"), ...options, "-in", at("text"), "-out", at("sig"));
      const made = openssl("asn1parse", "-inform", "DER", "-in", at("sig")).toString();
      const [r, s] = [...made.matchAll(/INTEGER\s+:([0-9A-F]+)/g)].map(([, value]) => value?.padStart(64, "0"));
      expect(sm2Verify(message, theirs, hex(`${r}${s}`))).toBe(true);
    }
  });
});

/** ECDSA-Sig-Value of two integers, as openssl wants SM2 signatures. */
function der(raw: Buffer): Buffer {
  const integer = (value: Buffer): Buffer => {
    let body = value;
    while (body.length > 1 && body[0] === 0 && (body[1] as number) < 128) body = body.subarray(1);
    if ((body[0] as number) >= 128) body = Buffer.concat([Buffer.from([0]), body]);
    return Buffer.concat([Buffer.from([2, body.length]), body]);
  };
  const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}
