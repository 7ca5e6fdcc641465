import type { RotateBody } from "./body.ts";
import { bad, good, type Result } from "./faults.ts";
import { openNote, parseVkey, type Signer, signatureLine, type Vkey } from "./note.ts";

const proofText = (origin: string, seq: number, key: string): string => `cems-rotate/v1\n${origin}\n${seq}\n${key}\n`;

/** What entry `seq` of a log says when `next` takes the place of `dropped`; the new key proves that it is there. */
export function rotateBody(origin: string, seq: number, next: Signer, dropped: readonly Vkey[], t: string): RotateBody {
  const key = next.vkey.text;
  const proof = signatureLine(proofText(origin, seq, key), next);
  return { type: "rotate", t, key, proof, drop: dropped.map(({ text }) => text) };
}

/** The new key of a `rotate` entry: KEY_UNKNOWN where it cannot be used, KEY_POP where its proof does not verify. */
export function rotatedKey(origin: string, seq: number, { key, proof }: RotateBody): Result<Vkey> {
  const vkey = parseVkey(key);
  if (!vkey.ok) return vkey;
  if (vkey.value.name !== origin) return bad("KEY_UNKNOWN", `entry ${seq}: the key is of ${vkey.value.name}`);
  const note = Buffer.from(`${proofText(origin, seq, key)}\n${proof}\n`);
  return openNote(note, [vkey.value]).ok ? good(vkey.value) : bad("KEY_POP", `entry ${seq}: the proof of the new key`);
}
