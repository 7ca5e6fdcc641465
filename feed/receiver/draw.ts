import { createHmac } from "node:crypto";
import type { ServiceKeys } from "./witness.ts";

/**
 * Whether an entry is among the share, 0 to 1. The secret makes it a draw that a plant cannot foresee: it chooses the salt of
 * each of its entries, and could otherwise try salts until a false one is passed over.
 */
export function isPicked(
  hash: Buffer,
  { secret, share }: { readonly secret: Buffer; readonly share: number },
): boolean {
  return createHmac("sha256", secret).update(hash).digest().readUIntBE(0, 6) < share * 2 ** 48;
}

/** The same for one service at any time, and nobody else's: an Ed25519 signature (RFC 8032) that is never given away. */
export const secretOf = ({ control }: Pick<ServiceKeys, "control">): Buffer =>
  control.sign(Buffer.from("cems-recompute/v1\n"));
