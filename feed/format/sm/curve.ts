/**
 * The curve of GB/T 32918.5-2017 (sm2p256v1), y^2 = x^3 - 3x + b over a prime field, for what is public: checking keys and
 * signatures. Takes time that depends on the numbers, so nothing secret may come here.
 */

const number = (hex: string): bigint => BigInt(`0x${hex}`);

const P = number("fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff");
export const curve = {
  p: P,
  a: P - 3n,
  b: number("28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"),
  /** The order of the base point; the cofactor is 1, so that every point but infinity has it. */
  n: number("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123"),
  x: number("32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"),
  y: number("bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"),
} as const;

/** An affine point; infinity has no coordinates and is never one. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export const basePoint: Point = { x: curve.x, y: curve.y };

/** GB/T 32918.1, 6.2.1: coordinates in the field and on the curve. Infinity cannot be written as a `Point`. */
export function onCurve({ x, y }: Point): boolean {
  if (x < 0n || x >= P || y < 0n || y >= P) return false;
  return mod(y * y - (x * x + curve.a) * x - curve.b) === 0n;
}

/** x of s*G + t*Q, or undefined where the sum is infinity. Both factors in [0, n), by Shamir's trick. */
export function xOfSum(s: bigint, t: bigint, q: Point): bigint | undefined {
  const g = jacobian(basePoint);
  const key = jacobian(q);
  const both = add(g, key);
  let sum = INFINITY;
  for (let bit = 255n; bit >= 0n; bit--) {
    sum = double(sum);
    const ofS = (s >> bit) & 1n;
    const ofT = (t >> bit) & 1n;
    if (ofS === 1n && ofT === 1n) sum = add(sum, both);
    else if (ofS === 1n) sum = add(sum, g);
    else if (ofT === 1n) sum = add(sum, key);
  }
  if (sum.z === 0n) return undefined;
  const z = inverse(sum.z, P);
  return mod(sum.x * z * z);
}

/** The inverse modulo a prime, of a number that is not a multiple of it. Extended Euclid. */
export function inverse(value: bigint, modulus: bigint): bigint {
  let [r, next] = [modulus, ((value % modulus) + modulus) % modulus];
  let [t, after] = [0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [t, after] = [after, t - quotient * after];
  }
  return ((t % modulus) + modulus) % modulus;
}

/** x/z^2 and y/z^3; z = 0 is infinity. */
interface Jacobian {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const INFINITY: Jacobian = { x: 1n, y: 1n, z: 0n };

const jacobian = ({ x, y }: Point): Jacobian => ({ x, y, z: 1n });

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

/** "dbl-2001-b" of the Explicit-Formulas Database (hyperelliptic.org/EFD), for a = -3; infinity stays infinity. */
function double({ x, y, z }: Jacobian): Jacobian {
  const delta = mod(z * z);
  const gamma = mod(y * y);
  const beta = mod(x * gamma);
  const alpha = mod(3n * (x - delta) * (x + delta));
  const doubled = mod(alpha * alpha - 8n * beta);
  return {
    x: doubled,
    y: mod(alpha * (4n * beta - doubled) - 8n * gamma * gamma),
    z: mod(2n * y * z),
  };
}

/** "add-2007-bl" without its scaling by two; equal and opposite points, for which it does not hold, apart. */
function add(a: Jacobian, b: Jacobian): Jacobian {
  if (a.z === 0n) return b;
  if (b.z === 0n) return a;
  const aSquare = mod(a.z * a.z);
  const bSquare = mod(b.z * b.z);
  const u = mod(a.x * bSquare);
  const s = mod(a.y * bSquare * b.z);
  const h = mod(b.x * aSquare - u);
  const r = mod(b.y * aSquare * a.z - s);
  if (h === 0n) return r === 0n ? double(a) : INFINITY;
  const square = mod(h * h);
  const cube = mod(h * square);
  const v = mod(u * square);
  const x = mod(r * r - cube - 2n * v);
  return { x, y: mod(r * (v - x) - s * cube), z: mod(a.z * b.z * h) };
}
