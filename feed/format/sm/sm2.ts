import { createECDH, hash, randomBytes } from "node:crypto";
import { curve, inverse, onCurve, type Point, xOfSum } from "./curve.ts";

/**
 * SM2 signatures of GB/T 32918.2-2016 with SM3 and the default id of GM/T 0009-2012, as 64 bytes r||s. Not through
 * node:crypto's sign and verify: in Node 20 they use an empty id, which no other implementation accepts.
 */
export const SM2_ID = "1234567812345678";

/** How long a point is: 4, x, y (GB/T 32918.1, 4.2.9, uncompressed). */
const POINT_BYTES = 65;

/** SM3 of GB/T 32905. */
export const sm3 = (bytes: Buffer): Buffer => Buffer.from(hash("sm3", bytes, "binary"), "latin1");

/** Reads an uncompressed point. Undefined where it is not one of the curve; infinity has another form and never passes. */
export function pointOf(bytes: Buffer): Point | undefined {
  if (bytes.length !== POINT_BYTES || bytes[0] !== 4) return undefined;
  const point = { x: toNumber(bytes.subarray(1, 33)), y: toNumber(bytes.subarray(33)) };
  return onCurve(point) ? point : undefined;
}

/** The public key of `secret` (32 bytes, big-endian), 65 bytes; undefined where that is not in [1, n-2]. */
export function sm2PublicKey(secret: Buffer): Buffer | undefined {
  if (secret.length !== 32) return undefined;
  const d = toNumber(secret);
  return d >= 1n && d <= curve.n - 2n ? multipleOfBase(d) : undefined;
}

/** A fresh private key: 32 bytes in [1, n-2]. */
export function newSm2Secret(): Buffer {
  for (;;) {
    const secret = randomBytes(32);
    if (sm2PublicKey(secret) !== undefined) return secret;
  }
}

/** Signs with a fresh random k. Throws RangeError for a secret that is not a private key. */
export function sm2Sign(message: Buffer, secret: Buffer): Buffer {
  const publicKey = sm2PublicKey(secret);
  if (publicKey === undefined) throw new RangeError("not an SM2 private key");
  const digest = toNumber(sm2Digest(message, publicKey));
  for (;;) {
    const signature = sm2SignWith(digest, toNumber(secret), toNumber(randomBytes(32)));
    if (signature !== undefined) return signature;
  }
}

/**
 * GB/T 32918.2, 6.1, A4 to A7: undefined where another k must be drawn. A k that is known, or used twice, gives the private
 * key away: outside of tests only `sm2Sign` may call this.
 */
export function sm2SignWith(digest: bigint, d: bigint, k: bigint): Buffer | undefined {
  const { n } = curve;
  if (k < 1n || k >= n) return undefined;
  const x = toNumber(multipleOfBase(k).subarray(1, 33));
  const r = (digest + x) % n;
  if (r === 0n || r + k === n) return undefined;
  const s = (inverse(1n + d, n) * (((k - r * d) % n) + n)) % n;
  return s === 0n ? undefined : Buffer.concat([toBytes(r), toBytes(s)]);
}

/** GB/T 32918.2, 7.1. False for anything that is not 64 bytes, r and s in [1, n-1], of this key. Never throws. */
export function sm2Verify(message: Buffer, publicKey: Buffer, signature: Buffer): boolean {
  const q = pointOf(publicKey);
  return q !== undefined && sm2VerifyDigest(toNumber(sm2Digest(message, publicKey)), q, signature);
}

/** The same for a digest e, which `sm2Digest` gives. */
export function sm2VerifyDigest(digest: bigint, q: Point, signature: Buffer): boolean {
  if (signature.length !== 64) return false;
  const { n } = curve;
  const r = toNumber(signature.subarray(0, 32));
  const s = toNumber(signature.subarray(32));
  if (r < 1n || r >= n || s < 1n || s >= n) return false;
  const t = (r + s) % n;
  if (t === 0n) return false;
  const x = xOfSum(s, t, q);
  return x !== undefined && (digest + x) % n === r;
}

/** e = SM3(Z || M), where Z binds the id, the curve and the public key (GB/T 32918.2, 5.5). 32 bytes. */
export function sm2Digest(message: Buffer, publicKey: Buffer): Buffer {
  const id = Buffer.from(SM2_ID);
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(id.length * 8);
  const { a, b, x, y } = curve;
  const z = sm3(Buffer.concat([bits, id, ...[a, b, x, y].map(toBytes), publicKey.subarray(1)]));
  return sm3(Buffer.concat([z, message]));
}

/** k*G, 65 bytes, by OpenSSL: its time does not depend on k. */
function multipleOfBase(k: bigint): Buffer {
  const ecdh = createECDH("SM2");
  ecdh.setPrivateKey(toBytes(k));
  return ecdh.getPublicKey();
}

const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);
const toBytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, "0"), "hex");
