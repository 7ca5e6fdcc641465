import { isoTime } from "../../format/entry.ts";
import { millis } from "../../format/vocabulary.ts";
import type { Verification } from "./steps.ts";

/** Who signed what, and where a time is signed with it, from when until when (UTC). */
export interface SignedBy {
  readonly as: "registry" | "log" | "cosigner" | "certifier" | "countersigner";
  readonly name: string;
  /** Checkpoints below which the signature stands, and entries under the largest of them. */
  readonly checkpoints: number;
  readonly size: number;
  readonly from: string | null;
  readonly until: string | null;
}

/** Only signatures that verify; an unknown key signs nothing here. */
export function signersOf({ source, policy, report, certified }: Verification): SignedBy[] {
  const timeless = { checkpoints: 0, size: 0, from: null, until: null };
  const signers: SignedBy[] = [];
  if (source.kind === "register") {
    const { key, t } = source.register;
    signers.push({ as: "registry", name: key.name, ...timeless, from: t, until: t });
  }
  const size = largest(report.checkpoints.map((one) => one.size));
  if (report.origin !== undefined)
    signers.push({ as: "log", name: report.origin, ...timeless, checkpoints: report.checkpoints.length, size });
  const names = new Set(report.checkpoints.flatMap(({ cosigned }) => cosigned.map(({ name }) => name)));
  for (const name of [...names].sort()) {
    const below = report.checkpoints.flatMap(({ size, cosigned }) =>
      cosigned.filter((one) => one.name === name).map(({ time }) => ({ size, time: time * 1000 })),
    );
    const times = below.map(({ time }) => time).sort((a, b) => a - b);
    signers.push({
      as: "cosigner",
      name,
      checkpoints: below.length,
      size: largest(below.map((one) => one.size)),
      from: isoTime(millis(times[0] ?? 0)),
      until: isoTime(millis(times.at(-1) ?? 0)),
    });
  }
  if (certified?.certificate === undefined) return signers;
  signers.push({ as: "certifier", name: certified.certificate.origin, ...timeless });
  if (certified.countersigned) signers.push({ as: "countersigner", name: policy?.control?.name ?? "", ...timeless });
  return signers;
}

/** A month has more checkpoints than a call may have arguments. */
const largest = (sizes: readonly number[]): number => sizes.reduce((most, size) => Math.max(most, size), 0);
